#include <cmath>

#include <orochi/schedule.hpp>

namespace orochi {

std::uint64_t warmup_steps(const TrainConfig& config, std::uint64_t total) {
  if (config.warmup_ratio == 0) return static_cast<std::uint64_t>(config.warmup_steps);
  return static_cast<std::uint64_t>(std::llround(config.warmup_ratio * static_cast<double>(total)));
}

double learning_rate(const TrainConfig& config, const Schedule& schedule, std::uint64_t step,
                     std::uint64_t total) {
  const std::uint64_t warmup = warmup_steps(config, total);
  if (step < warmup)
    return config.learning_rate * static_cast<double>(step + 1) / static_cast<double>(warmup);
  if (total <= warmup + 1) return config.learning_rate;  // the only one: full, wherever the schedule ends
  return schedule.rate({step - warmup, total - warmup, config.learning_rate});
}

}  // namespace orochi
