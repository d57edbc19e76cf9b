// How sure the figures of a data set are, and what no model at all would reach.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <orochi/inference.hpp>

#include "statistics/bootstrap.hpp"

namespace orochi {

/// The loss and the task's metrics of some of the sequences, in the order of `values_of`.
std::vector<double> resampled_values(const Task& task, const Evaluation& evaluation, Resample numbers);
/// How many numbers it holds; and so many resamples of that size, up to `most`, take seconds.
double size_of(const Evaluation& evaluation);
int resamples_for(double size, int most);

struct MetricIntervals {
  std::vector<Interval> values;  // in the order of `values_of`
  int resamples = 0;             // fewer of large data
};

/// The middle 95 % of the loss and the task's metrics, named `metrics`, over resampled sequences; the same
/// bits on any number of threads. Where all resamples agree, NaN, but of an accuracy of 0 or 1
/// `interval_at_end`.
MetricIntervals metric_intervals(const Task& task, const Evaluation& evaluation,
                                 const std::vector<MetricInfo>& metrics, int threads);

/// The most frequent label of the data, where every sequence has one and they are not all the same.
struct Majority {
  std::string label;
  double share = 0;  // of the sequences
};
std::optional<Majority> majority_of(const Metrics& metrics);

/// What always giving the most frequent label would reach, and whether the model is shown to be better: the
/// interval of its accuracy lies above that. Empty where there is no such label.
std::string majority_note(const Evaluation& evaluation);

}  // namespace orochi
