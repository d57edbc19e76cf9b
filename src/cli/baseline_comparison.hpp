// A run's encoder beside the best of its baselines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "baseline/baseline.hpp"
#include "run/run_data.hpp"
#include "statistics/bootstrap.hpp"

namespace orochi {

/// Index of the baseline that is best on validation data or, without any, by cross-validation.
std::size_t best_baseline(const BaselineRequest& request, const std::vector<Baseline>& baselines);

struct Comparison {
  std::string model;                     // "encoder", or "model" where a linear model is beside it
  std::string answering;                 // a line that says so, or ""
  std::uint64_t step = 0;                // of best.h5
  std::string part;                      // "test" or "validation"
  Figures encoder;                       // there
  double difference = 0;                 // of the metric that chooses: encoder less baseline
  Interval interval;                     // of the difference: 95 %, paired over sequences
  std::string sentence, short_sentence;  // the latter without the baseline's name and the part
};

/// best.h5 of the run on test data or, without any, on validation data. Throws a usage_error where the run
/// was trained on other data.
Comparison compare_with_encoder(const std::string& run, const RunData& data, const BaselineRequest& request,
                                const Baseline& baseline, const Extensions& extensions);

}  // namespace orochi
