// Training that starts from a checkpoint: its config, vocabulary, labels and weights, on other data.
#pragma once

#include <string>

#include <orochi/model.hpp>
#include <orochi/train.hpp>

#include "run/run_setup.hpp"

namespace orochi {

/// In the run folder: the model that its training started from.
constexpr const char* start_name = "start.h5";

/// The config of the checkpoint `request.from` with the request's data and overrides, whose paths count from
/// the current folder. Validation and test files of before are not taken, which a note says.
RunSetup setup_from_checkpoint(const TrainRequest& request, const Extensions& extensions);

/// The checkpoint that a path names: of a run folder its best.h5, with train.refit that of the run on all
/// data.
std::string checkpoint_at(const std::string& path);
/// The same of one that must be there: else the usage_error of refuse_missing_run.
std::string named_checkpoint(const std::string& path);

/// Throws a usage_error with the keys by which the config makes another model than `setup.start` is.
void refuse_other_model(const RunSetup& setup, const TrainRequest& request, const Extensions& extensions);

}  // namespace orochi
