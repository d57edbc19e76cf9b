#include "train/run_data.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <orochi/error.hpp>

#include "data/mistakes.hpp"
#include "data/preprocessing_state.hpp"
#include "data/reading_memory.hpp"
#include "train/inference.hpp"
#include "train/machine_memory.hpp"
#include "train/memory_estimate.hpp"

namespace orochi {
namespace {

namespace fs = std::filesystem;

/// "balanced": N / (K x count), as scikit-learn; or the config's; or none.
std::vector<Scalar> class_weights(const RunSetup& setup, const TrainRequest& request,
                                  const Extensions& extensions, const LoadedData& data) {
  const std::vector<std::string>& labels = data.preprocessing.labels;
  std::vector<double> weights = setup.config.train.class_weights;
  if (setup.config.train.balanced_classes) {
    weights.assign(labels.size(), 0);
    for (const std::int32_t label : data.train.labels) weights[static_cast<std::size_t>(label)] += 1;
    const double share = static_cast<double>(data.train.size()) / static_cast<double>(labels.size());
    for (double& weight : weights) weight = weight == 0 ? 0 : share / weight;
  }
  if (!weights.empty() && weights.size() != labels.size())
    throw usage_error(fmt::format(
        "{}: train.class_weights has {}, but the data has {} labels: {}; give one weight a label, in this "
        "order, or "
        "\"balanced\"",
        find_place(setup.config_path, request.overrides, component_schemas(extensions),
                   "train.class_weights"),
        counted(static_cast<Index>(weights.size()), "number"), labels.size(), quote_list(labels)));
  return {weights.begin(), weights.end()};
}

void refuse_large_files(const RunSetup& setup, double max_memory) {
  constexpr double worth_asking = 1e6;
  double needed = 0, most = 0;
  std::string largest;
  for (const std::string* name :
       {&setup.config.data.train, &setup.config.data.validation, &setup.config.data.test}) {
    if (name->empty()) continue;
    const std::string path = (fs::path(setup.data_folder) / *name).string();
    const double one = reading_memory(setup.config.data, path);
    needed += one;
    if (one <= most) continue;
    most = one;
    largest = path;
  }
  if (needed < worth_asking) return;
  const MemoryLeft left = memory_left(max_memory);
  if (needed > left.bytes)
    throw usage_error(
        fmt::format("{}: reading the data would take about {} of memory, but {}; use a part of it", largest,
                    memory_text(needed), left.reason));
}

}  // namespace

RunData load_run_data(const RunSetup& setup, const TrainRequest& request, const Extensions& extensions) {
  refuse_large_files(setup, request.max_memory);
  RunData data;
  const double before = resident_memory();
  data.loaded = load_data(setup.config.data, setup.data_folder, setup.config.train.seed);
  data.class_weights = class_weights(setup, request, extensions, data.loaded);
  data.train_checksum = checksum(data.loaded.train);
  data.validation_checksum = checksum(data.loaded.validation);
  refuse_large_model(setup.config, input_shape(setup.config.data, data.loaded.preprocessing),
                     static_cast<Index>(data.loaded.preprocessing.labels.size()), request.max_memory,
                     resident_memory() - before);
  return data;
}

void refuse_other_data(const CheckpointHeader& header, const RunData& data, const std::string& checkpoint) {
  const auto refuse = [&](const std::string& what) {
    throw usage_error(
        fmt::format("{} than {} was trained with; give back the files it was trained on, or start a new run "
                    "with --run DIR",
                    what, checkpoint));
  };
  const Preprocessing& now = data.loaded.preprocessing;
  const Preprocessing before = preprocessing_of(header.state);
  if (before.labels != now.labels || before.vocabulary != now.vocabulary)
    refuse("the data gives other labels or another vocabulary");
  if (header.train_checksum != data.train_checksum)
    refuse(fmt::format("the training data of {} gives other sequences (checksum {}, before: {})",
                       data.loaded.train_path, data.train_checksum, header.train_checksum));
  if (header.validation_checksum != data.validation_checksum)
    refuse(fmt::format("the validation data gives other sequences (checksum {}, before: {})",
                       data.validation_checksum, header.validation_checksum));
}

}  // namespace orochi
