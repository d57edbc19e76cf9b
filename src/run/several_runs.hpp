// Runs that go together: a second one on all data (train.refit), one a seed with what they say as one model,
// one a fold, and those of two configs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <orochi/config.hpp>
#include <orochi/task.hpp>
#include <orochi/train.hpp>

namespace orochi {

/// In the folder of a run with train.refit: the run on all data.
constexpr const char* refit_name = "refit";

/// Trains anew on training and validation data, as many epochs as were best in the run `chosen`.
TrainResult refit(const TrainRequest& request, TrainResult chosen, const Extensions& extensions,
                  TrainObserver& observer);

/// The config that is trained several times. A usage_error where that cannot be: `why` it would be,
/// "--seeds".
Config config_of_several(const TrainRequest& request, const std::string& why, const Extensions& extensions);
/// The folder of the runs' folders: default runs/NAME and an ending. One that is a run is refused.
std::string folder_of_several(const TrainRequest& request, const std::string& ending);
/// Of one seed; all have the split of the config.
std::vector<std::string> settings_of_seed(const Config& config, std::uint64_t seed);
/// Trains with further settings in this folder, or goes on there unless a run is to be replaced. A finished
/// run has a best.h5.
TrainResult train_in(const std::string& folder, const TrainRequest& request,
                     const std::vector<std::string>& settings, const Extensions& extensions,
                     TrainObserver& observer);

/// The runs of one config that differ by data.fold, each measured on what it was not trained on.
struct CrossValidation {
  std::string run;                           // folder
  std::vector<TrainResult> folds;            // the last one may not be finished
  std::vector<std::unique_ptr<Task>> tasks;  // of the folds' models
  bool finished = false;
};

/// Trains in RUN/fold-1, RUN/fold-2, ... Files of validation and test data are not used.
CrossValidation cross_validate(const TrainRequest& request, Index folds, const Extensions& extensions,
                               TrainObserver& observer);

/// Two configs on the same folds. [seeds]
struct PairedRuns {
  std::vector<CrossValidation> a, b;
  bool finished = false;
};

/// Trains in `folder`/a/seed-N and `folder`/b/seed-N with the seeds of `a`. A usage_error where training file
/// or task are not the same.
PairedRuns cross_validate_both(const std::string& folder, const TrainRequest& a, const TrainRequest& b,
                               Index folds, Index seeds, const Extensions& extensions,
                               TrainObserver& observer);

}  // namespace orochi
