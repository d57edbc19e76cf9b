// Two models beside each other on the same sequences.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <orochi/inference.hpp>

#include "statistics/bootstrap.hpp"

namespace orochi {

/// What a model answered, with its task: thresholds are its own.
struct Answers {
  const Task& task;
  const Evaluation& evaluation;
  /// The loss and the metrics of all its sequences.
  std::vector<double> values() const;
};

/// The loss and the metrics of the answers of several models, each to other sequences, as if they were of
/// one; NaN where it depends on which model's task measures them.
std::vector<double> pooled_values(std::span<const Answers> parts);

struct Difference {
  double a = 0, b = 0;                // means over the parts
  Interval interval;                  // of b less a: 95 %, paired bootstrap over the sequences
  std::optional<Interval> corrected;  // the same over several folds, of means over the seeds
  double value() const { return b - a; }
};

/// Of the loss and each metric. Parts i of both answered the same sequences; so did parts i and i + `folds`,
/// of models of another seed. A usage_error where the targets are not the same.
std::vector<Difference> paired_differences(std::span<const Answers> a, std::span<const Answers> b,
                                           std::size_t folds, int threads);

}  // namespace orochi
