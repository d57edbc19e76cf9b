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

void refuse_input_as_output(const std::string& out, std::initializer_list<std::string> inputs) {
  for (const std::string& input : inputs) {
    std::error_code error;
    if (!input.empty() && fs::equivalent(out, input, error) && !error)
      throw usage_error(fmt::format("--out {} is {}, which is read here and would be gone; name another file",
                                    out, input == out ? "an input" : input));
  }
}

OptionSpec test_data_option() {
  return {"--data", "FILE",
          "labelled data in the format that the model was trained on (default: data.test of the "
          "checkpoint's config; example: --data datasets/splice/test.tsv)"};
}

}  // namespace orochi
