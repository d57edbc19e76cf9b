// Schedules: the learning rate of each update; and their registry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <orochi/config.hpp>
#include <orochi/registry.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Which update of a run it is. The warm-up (train.warmup_steps or warmup_ratio) is not counted: a schedule
/// that has one of its own, such as one-cycle, is used without, the default.
struct SchedulePoint {
  std::uint64_t step = 0;   // updates before this one
  std::uint64_t total = 1;  // updates of the run
  double peak = 0;          // train.learning_rate

  /// 0 at the first update, 1 at the last.
  double share() const {
    return total <= 1 ? 0 : std::min(1.0, static_cast<double>(step) / static_cast<double>(total - 1));
  }
};

/// A function of the point, made from the options of a config.
class Schedule {
 public:
  Schedule() = default;
  virtual ~Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// The learning rate of the update, 0 or more.
  virtual double rate(const SchedulePoint& point) const = 0;
};

/// A registered schedule: the name a config uses, what it is, its options, how to make it.
struct ScheduleEntry {
  std::string name;
  std::string summary;  // one line
  std::vector<Option> options;
  std::function<std::unique_ptr<Schedule>(const Settings&)> make;
};

using Schedules = Registry<ScheduleEntry>;

/// Updates of the warm-up: warmup_steps or, where that is given, warmup_ratio of `total`, rounded.
std::uint64_t warmup_steps(const TrainConfig& config, std::uint64_t total);
/// Learning rate of update `step` (counted from 0) of `total`: linear warm-up from 0, then the schedule's.
double learning_rate(const TrainConfig& config, const Schedule& schedule, std::uint64_t step,
                     std::uint64_t total);

}  // namespace orochi
#pragma GCC visibility pop
