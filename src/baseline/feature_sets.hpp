// What baselines look at: of texts their n-grams, of numbers their values, statistics and MiniRocket's
// features.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>

#include "baseline/features.hpp"
#include "core/thread_pool.hpp"
#include "data/whole_data.hpp"

namespace orochi {

struct FeatureMaker {
  std::function<FeatureSet(ThreadPool&)> make;
  bool for_neighbors = true;  // also, not for linear models alone
};

/// Those that fit the data, which must live as long. `columns`: of the models to come, which bounds
/// MiniRocket's features.
std::vector<FeatureMaker> feature_makers(const LoadedData& data, const SplitTexts& texts, Index columns,
                                         std::uint64_t seed);

/// TF-IDF of words and their pairs beside that of 1 to 5 characters, of each text of a record in columns of
/// its own; of very long texts words alone.
FeatureSet text_features(const SplitTexts& texts, Index texts_each, ThreadPool& pool);

}  // namespace orochi
