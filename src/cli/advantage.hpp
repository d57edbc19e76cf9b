// By how much one model is better than another, in words.
#pragma once

#include <string>

#include <orochi/task.hpp>

#include "statistics/bootstrap.hpp"

namespace orochi {

/// Above 0 where the second of two models is better, whichever way the metric goes.
struct Advantage {
  double by = 0;
  Interval interval;
  bool is_shown() const { return interval.low > 0; }
  /// Of the first over the second.
  Advantage reversed() const { return {0 - by, {0 - interval.high, 0 - interval.low}}; }
};

/// `difference`: the second's figure less the first's.
Advantage advantage_of(const MetricInfo& metric, double difference, Interval interval);

/// "1.3 points of accuracy [0.4, 2.2]"; of a metric that is no share of 1 "0.0123 of loss [0.004, 0.021]". An
/// interval that is not known is left out.
std::string advantage_text(const Advantage& advantage, const MetricInfo& metric, const Task& task);

}  // namespace orochi
