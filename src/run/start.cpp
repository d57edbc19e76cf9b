#include "run/start.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "inference/model_file.hpp"
#include "layers/linear_model.hpp"
#include "model/copy_parameters.hpp"
#include "run/init_from.hpp"
#include "run/run_folder.hpp"
#include "run/several_runs.hpp"
#include "run/training_run.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

Config config_of(const std::string& checkpoint, const Extensions& extensions) {
  return parse_saved_config(CheckpointReader(checkpoint).header().config, checkpoint + ":/config",
                            component_schemas(extensions));
}

bool names_data(const TrainRequest& request) {
  return std::any_of(request.overrides.begin(), request.overrides.end(),
                     [](const std::string& override) { return override.starts_with("data.train="); });
}

/// Files of the checkpoint's own training would measure another thing on other data.
std::string note_files(const std::string& checkpoint, const DataConfig& before) {
  std::vector<std::string> keys;
  if (!before.validation.empty()) keys.emplace_back("data.validation");
  if (!before.test.empty()) keys.emplace_back("data.test");
  if (keys.empty()) return "";
  return fmt::format("{} of {} {} not used, because the training data is new; name new ones with {}=FILE",
                     fmt::join(keys, " and "), checkpoint, keys.size() == 1 ? "is" : "are",
                     fmt::join(keys, "=FILE "));
}

}  // namespace

std::string checkpoint_at(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path;
  const std::string refitted = (fs::path(path) / refit_name / "best.h5").string();
  return fs::exists(refitted, error) ? refitted : (fs::path(path) / "best.h5").string();
}

std::string named_checkpoint(const std::string& path) {
  std::string checkpoint = checkpoint_at(path);
  if (fs::exists(checkpoint)) return checkpoint;
  if (!fs::is_directory(path)) refuse_missing_run(path);
  return file_of_run(path, "best.h5");
}

RunSetup setup_from_checkpoint(const TrainRequest& request, const Extensions& extensions) {
  if (request.data.empty() != names_data(request))
    throw usage_error(request.data.empty()
                          ? "--from needs the data to train on: --data FILE"
                          : "--data and data.train both name the data to train on; leave one of them out");
  const std::string path = named_checkpoint(request.from);
  Config config = config_of(path, extensions);
  RunSetup setup;
  if (const std::string note = note_files(path, config.data); !note.empty()) setup.notes.push_back(note);
  config.data.validation = config.data.test = config.data.word_vectors = "";
  config.data.fold = 0;
  const auto names_validation = [](const std::string& setting) {
    return setting.starts_with("data.validation=");
  };
  if (std::any_of(request.overrides.begin(), request.overrides.end(), names_validation))
    config.data.validation_fraction = DataConfig().validation_fraction;
  config.data = rebase_paths(config.data, extensions.tokenizers, folder_of(path), ".");
  if (!request.data.empty()) config.data.train = request.data;
  config.train.from = path;
  config.model.init_from = "";
  setup.config_path = path + ":/config";
  setup.config_text = write_config(config);
  setup.config =
      parse_config(setup.config_text, setup.config_path, request.overrides, component_schemas(extensions));
  setup.data_folder = ".";
  setup.folder = "runs/" + fs::path(setup.config.data.train.files.front()).stem().string();
  return setup;
}

void refuse_other_model(const RunSetup& setup, const TrainRequest& request, const Extensions& extensions) {
  Config before = config_of(setup.start, extensions), now = setup.config;
  before.data = rebase_paths(before.data, extensions.tokenizers, folder_of(setup.start), setup.data_folder);
  now.data = rebase_paths(now.data, extensions.tokenizers, setup.data_folder, setup.data_folder);
  // What may be another: how the data is read, and how the model is trained.
  before.train = now.train;
  before.task.options = now.task.options;
  before.model.init_from = now.model.init_from;
  before.model.dropout = now.model.dropout;
  before.model.attention_dropout = now.model.attention_dropout;
  DataConfig& data = before.data;
  data.train = now.data.train, data.validation = now.data.validation, data.test = now.data.test;
  data.validation_fraction = now.data.validation_fraction;
  data.fold = now.data.fold, data.folds = now.data.folds, data.split_seed = now.data.split_seed;
  data.format = now.data.format, data.encoding = now.data.encoding, data.storage = now.data.storage;
  data.truncation = now.data.truncation, data.long_sequences = now.data.long_sequences;
  data.word_vectors = now.data.word_vectors;
  if (request.add_tokens)
    for (const char* name : {"min_count", "vocab_size"})
      if (const auto given = now.data.tokenizer.options.find(name); given != now.data.tokenizer.options.end())
        data.tokenizer.options[name] = given->second;
  std::string refused;
  for (const ConfigChange& change : compare_configs(before, now))
    refused += "\n  " + change.key + ": " + change.before + " -> " + change.after;
  if (!refused.empty())
    throw usage_error(fmt::format(
        "{} is of another model than the configuration asks for:{}\nleave these keys as they are; others may "
        "change: [train], options of [task], data.format, data.encoding, data.storage, data.truncation, "
        "data.long, "
        "data.validation_fraction, model.dropout, model.attention_dropout and, with --add-tokens, min_count "
        "and vocab_size of data.tokenizer",
        setup.start, refused));
}

namespace {

/// Rows of labels and tokens that were added stay as they were drawn.
void take_weights(const Model& start, Model& model) {
  // The row of a separator that is no token lies behind the vocabulary.
  const Preprocessing& now = model.preprocessing;
  std::vector<std::string> by_token;
  if (now.channels == 0 && now.num_ids() > now.vocabulary_size()) {
    by_token.emplace_back("embedding.weight");
    if (model.task->ties_head()) by_token.emplace_back("head.bias");
  }
  std::vector<std::string> left =
      copy_parameters(start.classifier->parameters(), model.classifier->parameters(),
                      {.keep_last = by_token, .without = is_of_linear_model});
  std::erase_if(left, is_of_linear_model);  // is fitted anew
  if (!left.empty())
    throw usage_error(fmt::format(
        "the weights of the checkpoint do not fit: {} {} of another shape there, or not there; leave the "
        "options of [task] as they were, or train a new model",
        fmt::join(left, ", "), left.size() == 1 ? "is" : "are"));
}

}  // namespace

/// The run's own copy, with what was added, is all that a resume needs.
void Trainer::start() {
  std::vector<std::string> fresh;
  if (setup_.encoder.empty())
    take_weights(*run_data_.start, model_);
  else
    fresh = take_encoder(*run_data_.start, model_);
  run_data_.start.reset();
  if (request_.resume) return;
  model_.save(folder_.file(start_name));
  observer_.note(fmt::format("starting from {}{}, kept as {}{}", setup_.start, setup_.encoder,
                             folder_.file(start_name),
                             fresh.empty() ? "" : fmt::format("; new: {}", fmt::join(fresh, ", "))));
}

}  // namespace orochi
