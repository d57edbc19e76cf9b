// What baselines look at: of texts their n-grams, of numbers their values, statistics and MiniRocket's
// features.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "baseline/baseline.hpp"
#include "baseline/features.hpp"
#include "core/thread_pool.hpp"

namespace orochi {

struct FeatureMaker {
  std::function<FeatureSet(ThreadPool&)> make;
  bool for_neighbors = true;  // also, not for linear models alone
};

/// Those that fit the request's data, which must live as long. `columns`: of the models to come, which bounds
/// MiniRocket's features. What is left out is noted.
std::vector<FeatureMaker> feature_makers(const BaselineRequest& request, Index columns);

/// About how many numbers other than 0 there are in the training rows of these.
double expected_entries(const BaselineRequest& request, Index columns);

/// TF-IDF of words and their pairs beside that of 1 to 5 characters, of each text of a record in columns of
/// its own; of very long texts words alone.
FeatureSet text_features(const SplitTexts& texts, Index texts_each, ThreadPool& pool);

}  // namespace orochi
