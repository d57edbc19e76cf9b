// A run on several ranks: rank 0 has the folder, validates and writes; the others read the same data and
// train.
#pragma once

#include <orochi/parameters.hpp>
#include <orochi/train.hpp>

#include "run/run_data.hpp"
#include "run/run_setup.hpp"

namespace orochi {

/// Throws a usage_error where the run cannot be shared out; does nothing for one process alone.
void refuse_ranks(const TrainRequest& request, const RunSetup& setup, const Parameters& parameters);

/// Tells the other ranks, if there are any, what to train, before the first step of a loop.
void lead(const TrainRequest& request, const RunSetup& setup, const RunData& data);

}  // namespace orochi
