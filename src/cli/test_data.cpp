#include "cli/test_data.hpp"

#include <filesystem>
#include <iostream>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/model.hpp>

#include "cli/text.hpp"
#include "cli/verbs.hpp"
#include "data/data_paths.hpp"
#include "data/file_errors.hpp"
#include "inference/model_file.hpp"
#include "run/run_folder.hpp"
#include "run/start.hpp"

namespace orochi {

namespace fs = std::filesystem;

std::string checkpoint_of(const Arguments& arguments) { return named_checkpoint(arguments.words.front()); }

std::string beside(const std::string& checkpoint, const std::string& name) {
  const fs::path path = fs::path(checkpoint).parent_path() / name, plain = path.lexically_normal();
  std::error_code error;  // behind a link ".." leads elsewhere than the text says
  return (fs::exists(path, error) && !fs::equivalent(path, plain, error) ? path : plain).string();
}

std::string test_data_path(const Arguments& arguments, const std::string& checkpoint,
                           const DataConfig& data) {
  if (arguments.has("--data"))
    return arguments.text("--data") == "-" ? standard_input : arguments.text("--data");
  if (data.fold > 0)
    throw usage_error(fmt::format(
        "{}: its test data is fold {} of {} of its training file, which `orochi report` shows it on; "
        "name a labelled file with --data FILE",
        checkpoint, data.fold, data.folds));
  if (data.test.empty())
    throw usage_error(checkpoint + ": its config names no data.test; name a labelled file with --data FILE");
  const std::string path = beside(checkpoint, data.test);
  if (!fs::exists(path))
    throw usage_error(
        fmt::format("{}: its config names the test file {}, which is not there; name one with --data FILE",
                    checkpoint, path));
  return path;
}

void refuse_output_over_inputs(const std::string& out, const std::string& checkpoint, const DataConfig& data,
                               std::vector<std::string> inputs) {
  inputs.push_back(checkpoint);
  inputs.push_back(beside(checkpoint, lock_name));
  for (const char* name : run_files) inputs.push_back(beside(checkpoint, name));
  visit_paths(
      data, [&](const std::string&, const std::string& name) { inputs.push_back(beside(checkpoint, name)); });
  for (const std::string& input : inputs) {
    std::error_code error;
    if (!input.empty() && fs::equivalent(out, input, error) && !error)
      throw usage_error(fmt::format("--out {} is {}, which would be gone; name another file", out,
                                    input == out ? "a file of the run, or one that is read" : input));
  }
}

void take_settings(Model& trained, std::span<const std::string> settings) {
  if (settings.empty()) return;
  for (const std::string& setting : settings)
    if (!is_override(setting))
      throw usage_error(
          fmt::format("unexpected word \"{}\"; settings have the form KEY=VALUE, for example "
                      "data.format.text_columns=review",
                      setting));
  const Config now = parse_saved_config(write_config(trained.config), "the checkpoint's config",
                                        component_schemas(trained.extensions), settings);
  trained.config.data.format = now.data.format;
  trained.config.data.encoding = now.data.encoding;
  trained.config.data.storage = now.data.storage;
  std::string refused;
  for (const ConfigChange& change : compare_configs(trained.config, now)) refused += " " + change.key;
  if (!refused.empty())
    throw usage_error(
        fmt::format("the model has{} from its training; allowed here are settings of how data is "
                    "read: data.format, data.encoding and data.storage",
                    refused));
}

std::string file_word(const Arguments& arguments) {
  return arguments.words.size() > 1 && !is_override(arguments.words[1]) ? arguments.words[1] : "";
}

void take_settings_behind(const Arguments& arguments, Model& trained) {
  take_settings(trained, std::span(arguments.words).subspan(file_word(arguments).empty() ? 1 : 2));
}

WordSpec checkpoint_word() {
  return {"CHECKPOINT",
          "a file that training wrote, for example runs/splice/best.h5; of a run folder its best.h5"};
}

WordSpec settings_word() {
  return {"KEY=VALUE",
          "how a data file is read, where it is another way than in training: settings of data.format and "
          "data.encoding, for example data.format.text_columns=review",
          false, true};
}

LocatedFile load_located(const Model& trained, const Paths& paths) {
  std::vector<std::string> notes;
  LocatedFile file = load_located(trained.config.data, trained.extensions.readers, trained.preprocessing,
                                  *trained.task, paths, notes);
  for (const std::string& note : notes) std::cerr << escape(note) + "\n";
  return file;
}

LoadedFile load_labelled(const Model& trained, const Paths& paths) {
  return load_located(trained, paths).file;
}

OptionSpec test_data_option() {
  return {"--data", "FILE",
          "labelled data in the format that the model was trained on (default: data.test of the "
          "checkpoint's config; example: --data datasets/splice/test.tsv)"};
}

}  // namespace orochi
