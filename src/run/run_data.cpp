#include "run/run_data.hpp"

#include <filesystem>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/metrics.hpp>

#include "baseline/linear_model.hpp"
#include "core/choices.hpp"
#include "core/in_table.hpp"
#include "data/data_paths.hpp"
#include "data/file_errors.hpp"
#include "data/reading_memory.hpp"
#include "inference/model_file.hpp"
#include "run/machine_memory.hpp"
#include "run/memory_estimate.hpp"
#include "run/other_file.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// Sections of layers of which a model has one, which is another.
void note_unused_layers(const ModelConfig& model, const std::map<std::string, Options>& sections,
                        bool has_texts, const Layers& layers, std::vector<std::string>& notes) {
  for (const auto& [name, options] : sections) {
    const LayerEntry* entry = layers.find(name);
    if (entry == nullptr || options.empty()) continue;
    if (entry->role == Role::input && entry->takes_tokens != has_texts)
      notes.push_back(fmt::format("[layer.{}] is not used: it is for {}, and the data are {}", name,
                                  has_texts ? "numbers" : "texts", has_texts ? "texts" : "numbers"));
    if (entry->role == Role::pooling && name != model.pooling)
      notes.push_back(fmt::format("[layer.{}] is not used: model.pooling is \"{}\"", name, model.pooling));
  }
}

/// Keys that are set, though not for such data.
void note_unused_keys(const Config& config, const LoadedData& data, const TaskEntry& task,
                      std::vector<std::string>& notes) {
  const bool has_texts = data.preprocessing.channels == 0;
  const DataConfig otherwise;
  if (has_texts && config.data.missing != otherwise.missing)
    notes.emplace_back("data.missing is not used: it is for numbers, and the data are texts");
  if (!has_texts && config.data.tokenizer.type != otherwise.tokenizer.type)
    notes.emplace_back("data.tokenizer is not used: it is for texts, and the data are numbers");
  const std::vector<MetricInfo> metrics = all_metrics(task);
  if (data.validation.size() == 0 && config.train.monitor != metrics[monitored_metric(metrics, "")].name)
    notes.emplace_back("train.monitor is not used: there is no validation data to choose the epoch by");
}

void refuse_large_files(const RunSetup& setup, const Extensions& extensions, double max_memory) {
  constexpr double worth_asking = 1e6;
  const DataConfig& config = setup.config.data;
  const auto reader = in_table("data.format", [&] { return extensions.readers.make(config.format); });
  const auto tokenizer =
      in_table("data.tokenizer", [&] { return extensions.tokenizers.make(config.tokenizer); });
  double needed = 0, most = 0;
  std::string largest;
  visit_paths(config, [&](const std::string&, const std::string& name) {
    const std::string path = (fs::path(setup.data_folder) / name).string();
    const double one = reading_memory(config, *reader, *tokenizer, path);
    needed += one;
    if (one <= most) return;
    most = one;
    largest = path;
  });
  if (needed < worth_asking) return;
  const MemoryLeft left = memory_left(max_memory);
  if (needed > left.bytes)
    throw usage_error(
        fmt::format("{}: reading the data would take about {} of memory, but {}; {}use a part of it", largest,
                    memory_text(needed), left.reason,
                    reader->is_text() && storage_choice.is(config.storage, StorageKind::memory)
                        ? "set data.storage = \"disk\", or "
                        : ""));
}

}  // namespace

std::uint64_t split_seed(const Config& config) {
  return config.data.split_seed > 0 ? config.data.split_seed : config.train.seed;
}

RunData load_run_data(const RunSetup& setup, const TrainRequest& request, const Extensions& extensions,
                      SplitTexts* texts) {
  RunData data;
  double before = 0;
  with_location(
      setup.config_path, request.overrides, extensions,
      [&] {
        refuse_missing_files(setup, request, extensions);
        refuse_large_files(setup, extensions, request.max_memory);
        before = resident_memory();
        data.task = in_table("task", [&] { return extensions.tasks.make(setup.config.task); });
        std::optional<DataStart> start;
        if (!setup.start.empty()) {
          data.start = Model::load(setup.start, extensions);
          State learned;
          data.start->task->save(learned);
          data.task->load(learned);
          start.emplace(DataStart{data.start->preprocessing, request.add_labels, request.add_tokens});
        }
        std::shared_ptr<const Tokenizer> tokenizer;
        if (!setup.encoder.empty()) {
          data.start = Model::load_encoder(setup.encoder, extensions);
          tokenizer = data.start->preprocessing.tokenizer;
        }
        const auto load = [&](const auto& function, auto... more) {
          return function(setup.config.data, setup.data_folder, split_seed(setup.config), extensions.readers,
                          extensions.tokenizers, *data.task, start ? &*start : nullptr, tokenizer, more...);
        };
        data.loaded = texts == nullptr ? load(load_data) : load(load_whole_data, texts);
        check_linear_model(setup.config.data, *data.task, data.loaded.train);
        refuse_large_model(setup.config, extensions,
                           input_shape(setup.config.data, data.loaded.preprocessing), data.task->shape(),
                           request.max_memory, resident_memory() - before);
        if (!setup.refusal.empty()) throw usage_error(setup.refusal);
      },
      setup.config_text);
  note_unused_layers(setup.config.model, setup.config.layer, data.loaded.preprocessing.channels == 0,
                     extensions.layers, data.loaded.notes);
  note_unused_keys(setup.config, data.loaded, *extensions.tasks.find(setup.config.task.type),
                   data.loaded.notes);
  data.train_checksum = checksum(data.loaded.train);
  if (texts != nullptr && data.loaded.train.window > 0) {  // as training cuts it
    Sequences cut = data.loaded.train;
    cut_windows(cut);
    data.train_checksum = checksum(cut);
  }
  data.validation_checksum = checksum(data.loaded.validation);
  return data;
}

namespace {

/// Without what is chosen or measured on validation data, whose names begin with "tuned_" or "measured_".
std::map<std::string, State> learned(const std::map<std::string, State>& states) {
  std::map<std::string, State> result;
  for (const auto& [component, state] : states)
    for (const auto& [name, value] : state.values())
      if (!name.starts_with("tuned_") && !name.starts_with("measured_")) result[component].set(name, value);
  return result;
}

}  // namespace

void refuse_other_data(const CheckpointHeader& before, const CheckpointHeader& now,
                       const std::string& train_path, const std::string& checkpoint) {
  const auto refuse = [&](const std::string& what) {
    throw usage_error(
        fmt::format("{} than {} was trained with; restore the files it was trained on, or start a new run "
                    "with --run DIR",
                    what, checkpoint));
  };
  if (learned(before.state) != learned(now.state))
    refuse("the data gives other labels or another vocabulary");
  if (before.train_checksum != now.train_checksum)
    refuse(fmt::format("the training data of {} gives other sequences (checksum {}, before: {})", train_path,
                       now.train_checksum, before.train_checksum));
  if (before.validation_checksum != now.validation_checksum)
    refuse(fmt::format("the validation data gives other sequences (checksum {}, before: {})",
                       now.validation_checksum, before.validation_checksum));
}

}  // namespace orochi
