#include "cli/advantage.hpp"

#include <fmt/format.h>

namespace orochi {

Advantage advantage_of(const MetricInfo& metric, double difference, Interval interval) {
  const Advantage found{difference, interval};
  return metric.higher_is_better ? found : found.reversed();
}

std::string advantage_text(const Advantage& advantage, const MetricInfo& metric, const Task& task) {
  const auto& [by, interval] = advantage;
  const bool is_share = task.are_in_file() && !task.are_numbers() && metric.name != "loss";
  std::string text = is_share ? fmt::format("{:.1f} points of {}", 100 * by, metric.title)
                              : fmt::format("{:.3g} of {}", by, metric.title);
  if (!interval.is_known()) return text;
  return text + (is_share ? fmt::format(" [{:.1f}, {:.1f}]", 100 * interval.low, 100 * interval.high)
                          : fmt::format(" [{:.3g}, {:.3g}]", interval.low, interval.high));
}

}  // namespace orochi
