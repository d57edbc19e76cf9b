#pragma once

#include <orochi/config.hpp>
#include <orochi/parameters.hpp>

namespace orochi {

/// train.shards or, where so many gradients would take more than train.gradient_memory_mb, the largest power
/// of two that does not (or 1): threads come in powers of two, and shards should spread evenly over them.
Index shards_within_bound(const TrainConfig& config, const Parameters& parameters);

}  // namespace orochi
