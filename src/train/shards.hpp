#pragma once

#include <orochi/classifier.hpp>
#include <orochi/config.hpp>
#include <orochi/dataset.hpp>
#include <orochi/parameters.hpp>
#include <orochi/task.hpp>

namespace orochi {

/// train.shards or, where so many gradients would take more than train.gradient_memory_mb, the largest power
/// of two that does not (or 1): threads come in powers of two, and shards should spread evenly over them.
Index shards_within_bound(const TrainConfig& config, const Parameters& parameters);

/// What a loop takes for what frozen blocks make of these sequences, in memory or on disk; 0 where it keeps
/// nothing: there are none, they make other rows, the task hides others each time, or it would be over 2 GB.
double kept_frozen_bytes(const Classifier& model, const Task& task, const Sequences& data);

}  // namespace orochi
