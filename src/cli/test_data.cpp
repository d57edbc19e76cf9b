#include "cli/test_data.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <orochi/error.hpp>

namespace orochi {

namespace fs = std::filesystem;

std::string test_data_path(const Arguments& arguments, const std::string& checkpoint,
                           const DataConfig& data) {
  if (arguments.has("--data")) return arguments.text("--data");
  if (data.test.empty())
    throw usage_error(checkpoint + ": its config names no data.test; name a labelled file with --data FILE");
  const std::string path = (fs::path(checkpoint).parent_path() / data.test).lexically_normal().string();
  if (!fs::exists(path))
    throw usage_error(
        fmt::format("{}: its config names the test file {}, which is not there; name one with --data FILE",
                    checkpoint, path));
  return path;
}

OptionSpec test_data_option() {
  return {"--data", "FILE",
          "labelled data in the format that the model was trained on (default: data.test of the "
          "checkpoint's config; example: --data datasets/splice/test.tsv)"};
}

}  // namespace orochi
