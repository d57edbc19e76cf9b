#pragma once

#include <cstdint>

#include <orochi/config.hpp>
#include <orochi/schedule.hpp>

namespace orochi {

/// Learning rate of update `step` (counted from 0) of `total`: linear warm-up from 0 over warmup_steps, then
/// the schedule's.
double learning_rate(const TrainConfig& config, const Schedule& schedule, std::uint64_t step,
                     std::uint64_t total);

}  // namespace orochi
