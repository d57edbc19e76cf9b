// What `orochi compare` says of two models.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "inference/comparison.hpp"

namespace orochi {

/// Answers that one of the two alone has right.
struct OneRight {
  Index a = 0, b = 0;
};

/// What was found of A and B, by metric.
struct Findings {
  std::string a, b;  // how they were named
  std::string what;  // "5 folds, 1 seed"
  const std::vector<MetricInfo>& metrics;
  std::size_t monitored = 0;
  const Task& task;
  std::vector<Difference> differences;  // b less a
  std::optional<OneRight> one_right;    // where each sequence has one label
};

/// A table, or JSON, that ends in a sentence which says by the monitored metric which one is better.
std::string report_of(const Findings& found, bool as_json);

}  // namespace orochi
