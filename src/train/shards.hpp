#pragma once

#include <orochi/classifier.hpp>
#include <orochi/config.hpp>
#include <orochi/dataset.hpp>
#include <orochi/parameters.hpp>

namespace orochi {

/// train.shards or, where so many gradients would take more than train.gradient_memory_mb, the largest power
/// of two that does not (or 1): threads come in powers of two, and shards should spread evenly over them.
Index shards_within_bound(const TrainConfig& config, const Parameters& parameters);

/// What Stepper::keep_frozen takes for these sequences, in memory or on disk; 0 where it keeps nothing.
double kept_frozen_bytes(const Classifier& model, const Sequences& data);

}  // namespace orochi
