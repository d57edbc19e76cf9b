// The settings of one baseline: chosen by cross-validation, then fitted to all of the training split.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "baseline/baseline.hpp"
#include "baseline/features.hpp"
#include "baseline/wanted.hpp"
#include "core/thread_pool.hpp"

namespace orochi {

/// What is the same for all baselines of a run.
struct BaselineWork {
  const BaselineRequest& request;
  const Wanted& wanted;
  ThreadPool& pool;

  const Sequences& train() const { return request.data.train; }
  /// The figure that chooses, of these training sequences.
  double score(std::span<const std::uint32_t> numbers, std::span<const float> decisions) const;
  bool is_better(double score, double than) const;
};

/// A baseline with settings; no decisions where it was not tried.
struct Candidate {
  double score = std::nan("");
  std::string settings;
  std::vector<float> validation, test;  // decisions [B, C]
};

/// Training sequences for cross-validation, at most so many, drawn by the seed, with the fold of each: labels
/// are spread alike.
struct Folds {
  static constexpr int count = 3;
  std::vector<std::uint32_t> numbers;  // ascending
  std::vector<int> of;                 // [N of train]; -1 where it takes no part
};
Folds draw_folds(const BaselineWork& work, Index most);

/// The most frequent label, the labels that most have, the mean: that is the mean of what is wanted.
Candidate majority(const BaselineWork& work);
/// The better of `best` and what the features give.
Candidate better_linear(const BaselineWork& work, FeatureSet& set, int solver, Candidate best);
Candidate better_neighbors(const BaselineWork& work, const FeatureSet& set, Candidate best);

}  // namespace orochi
