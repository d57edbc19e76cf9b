#pragma once

#include <cstdint>

#include <orochi/config.hpp>

namespace orochi {

/// Learning rate of update `step` (counted from 0) of `total`: linear warm-up from 0 over warmup_steps, then
/// constant, or linear or half a cosine (Loshchilov & Hutter 2017) down to final_learning_rate at the last
/// update.
double learning_rate(const TrainConfig& config, std::uint64_t step, std::uint64_t total);

}  // namespace orochi
