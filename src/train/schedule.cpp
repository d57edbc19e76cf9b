#include <orochi/schedule.hpp>

namespace orochi {

double learning_rate(const TrainConfig& config, const Schedule& schedule, std::uint64_t step,
                     std::uint64_t total) {
  const auto warmup = static_cast<std::uint64_t>(config.warmup_steps);
  if (step < warmup)
    return config.learning_rate * static_cast<double>(step + 1) / static_cast<double>(warmup);
  if (total <= warmup + 1) return config.learning_rate;  // the only one: full, wherever the schedule ends
  return schedule.rate({step - warmup, total - warmup, config.learning_rate});
}

}  // namespace orochi
