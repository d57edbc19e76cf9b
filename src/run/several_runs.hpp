// Runs that go together: a second one on all data (train.refit), and one a seed with what they say as one
// model.
#pragma once

#include <string>

#include <orochi/train.hpp>

namespace orochi {

/// In the folder of a run with train.refit: the run on all data.
constexpr const char* refit_name = "refit";

/// Trains anew on training and validation data, as many epochs as were best in the run `chosen`.
TrainResult refit(const TrainRequest& request, TrainResult chosen, const Extensions& extensions,
                  TrainObserver& observer);

}  // namespace orochi
