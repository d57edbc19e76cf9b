// From a request to what a run is made of: the config in force, the folder, where the data paths count from.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "io/config_file.hpp"
#include "train/trainer.hpp"

namespace orochi {

struct RunSetup {
  Config config;
  std::string config_path;
  std::string folder;                 // of the run
  std::string data_folder;            // what data paths are relative to
  std::vector<ConfigChange> changes;  // resume: keys that differ from the checkpoint's and may
};

/// Reads the request's config or, to resume without one, the run folder's. Throws a usage_error: mistakes in
/// the config, nothing to train, or on resume a changed key that would make another run of it.
RunSetup prepare_run(const TrainRequest& request, const Registry& registry);

/// One a label: "balanced" is N / (K x count), as scikit-learn has it; or the config's; or none. Throws a
/// usage_error where the config has another number of them.
std::vector<Scalar> class_weights(const TrainConfig& config, const Sequences& train, std::size_t num_classes);

/// Data paths that counted from `from`, counted from `to`, as the system follows links.
DataConfig rebase_paths(DataConfig data, const std::string& from, const std::string& to);

}  // namespace orochi
