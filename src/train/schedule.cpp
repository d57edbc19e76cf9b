#include "train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace orochi {

double learning_rate(const TrainConfig& config, std::uint64_t step, std::uint64_t total) {
  const double peak = config.learning_rate, last = config.final_learning_rate;
  const std::uint64_t warmup = static_cast<std::uint64_t>(config.warmup_steps);
  if (step < warmup) return peak * static_cast<double>(step + 1) / static_cast<double>(warmup);
  if (config.schedule == "constant" || total <= warmup + 1) return peak;
  const double share =
      std::min(1.0, static_cast<double>(step - warmup) / static_cast<double>(total - 1 - warmup));
  if (config.schedule == "linear") return peak + (last - peak) * share;
  return last + (peak - last) * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

}  // namespace orochi
