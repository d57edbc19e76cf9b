// Figures of all heads over a data set, from recordings.
#pragma once

#include <orochi/model.hpp>

#include "analysis/heads.hpp"

namespace orochi {

/// Of rows [count, T] of a map, the queries from `first` on: entropies in bits, and how many rows away they
/// look; sums over queries.
double entropy_sum(const Scalar* rows, Index count, Index t);
double distance_sum(const Scalar* rows, Index first, Index count, Index t);
/// Of a map [T, T]: the entropy of its rows in bits, and how many rows away they look; means over queries.
double mean_entropy(const Scalar* map, Index t);
double mean_distance(const Scalar* map, Index t);

/// Means over sequences; by layer, then head.
struct HeadSurvey {
  std::vector<double> importance, entropy, distance;  // [L H]
  std::vector<double> similarity;                     // [L H, L H]
  std::vector<double> mean_values;  // [L H, D of the widest]: head outputs, mean over all rows
};
HeadSurvey survey_heads(const Model& trained, const Sequences& data, const HeadGrid& grid, int threads);

}  // namespace orochi
