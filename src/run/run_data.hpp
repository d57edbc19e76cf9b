// What a run is trained on, checked before anything is written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/extensions.hpp>
#include <orochi/model.hpp>

#include "data/whole_data.hpp"
#include "io/checkpoint.hpp"
#include "run/run_setup.hpp"

namespace orochi {

struct RunData {
  LoadedData loaded;
  std::unique_ptr<Task> task;                       // has learned from `loaded`
  std::optional<Model> start;                       // what the weights are to be taken from
  std::string train_checksum, validation_checksum;  // of the sequences
};

/// What draws the validation share of the training file.
std::uint64_t split_seed(const Config& config);

/// Reads the files. Throws a usage_error: errors in them, options of the task that
/// do not go with them, a model that is larger than memory.
/// With `texts`, training sequences are whole, also where windows are trained on.
RunData load_run_data(const RunSetup& setup, const TrainRequest& request, const Extensions& extensions,
                      SplitTexts* texts = nullptr);

/// Throws a usage_error where a checkpoint was trained on other labels, another vocabulary or other
/// sequences.
void refuse_other_data(const CheckpointHeader& before, const CheckpointHeader& now,
                       const std::string& train_path, const std::string& checkpoint);

}  // namespace orochi
