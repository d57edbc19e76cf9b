#include "run/other_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/data_paths.hpp"
#include "data/file_errors.hpp"
#include "data/sniff.hpp"
#include "data/text_file.hpp"
#include "inference/model_file.hpp"
#include "io/suggest.hpp"
#include "io/toml.hpp"
#include "run/run_folder.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// "; did you mean \"splice.tsv\"?": a name in the same folder, or the path as it counts from the config.
std::string suggestion(const fs::path& folder, const std::string& name) {
  std::error_code error;
  if (const char* home = std::getenv("HOME"); name.starts_with("~/") && home != nullptr)
    return fmt::format("; only a shell knows ~: write \"{}\"", home + name.substr(1));
  if (fs::exists(name, error))
    return fmt::format("; from here there is one: write \"{}\"",
                       fs::absolute(name)
                           .lexically_normal()
                           .lexically_relative(fs::absolute(folder).lexically_normal())
                           .string());
  const fs::path path = folder / name;
  std::vector<std::string> names;
  for (fs::directory_iterator file(path.parent_path(), error), end; !error && file != end;
       file.increment(error))
    if (file->is_regular_file(error)) names.push_back(file->path().filename().string());
  const std::string near = nearest(path.filename().string(), names);
  return near.empty() ? ""
                      : fmt::format("; did you mean \"{}\"?", (fs::path(name).parent_path() / near).string());
}

}  // namespace

void refuse_other_file(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error) && holds_run(path))
    throw usage_error(
        fmt::format("{0}: error: is the folder of a run; to go on with it: `orochi train --resume --run "
                    "{0}`; to train by its config: {0}/config.toml",
                    path));
  if (!fs::is_regular_file(path, error)) return;
  TextFile beginning(Encoding::utf8);
  beginning.read_beginning(path);
  const Sniffed found = sniff(beginning.bytes());
  if (found.is_config || (fs::path(path).extension() == ".toml" &&
                          (found.layout == Layout::one_list || found.layout == Layout::objects)))
    return;
  if (std::ifstream file(path, std::ios::binary); ends_as_checkpoint(file))
    throw usage_error(fmt::format(
        "{0}: error: is a checkpoint, not a configuration; to train it further: `orochi train --from {0} "
        "--data FILE`, to see its config: `orochi inspect {0}`",
        path));
  if (!found.format.empty())
    throw usage_error(
        fmt::format("{0}: error: this looks like data ({1}), not like a configuration; `orochi init {0}` "
                    "writes a config for it",
                    path, found.description));
}

void refuse_missing_files(const RunSetup& setup, const TrainRequest& request, const Extensions& extensions) {
  std::string report, text;
  visit_paths(setup.config.data, [&](const std::string& key, const std::string& name) {
    const fs::path path = fs::path(setup.data_folder) / name;
    std::error_code error;
    if (name == standard_input || fs::exists(path, error) || error) return;
    if (text.empty())
      text = setup.config_text.empty() ? read_config_text(setup.config_path) : setup.config_text;
    const std::string what =
        fmt::format("{} is {}: there is no file {}; paths count from {}{}", key, to_toml(to_value(name)),
                    path.string(), setup.config_text.empty() ? "the config's folder" : "this folder",
                    suggestion(setup.data_folder, name));
    report += (report.empty() ? "" : "\n") + error_at_key(text, setup.config_path, request.overrides,
                                                          component_schemas(extensions),
                                                          key.substr(0, key.find('[')), what);
  });
  if (!report.empty()) throw usage_error(report);
}

}  // namespace orochi
