#include "inference/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "inference/statistics.hpp"
#include "statistics/paired.hpp"

namespace orochi {
namespace {

constexpr int most_paired_resamples = 2000;

std::vector<std::uint32_t> all_of(const Evaluation& evaluation) {
  std::vector<std::uint32_t> numbers(evaluation.losses.size());
  std::iota(numbers.begin(), numbers.end(), 0u);
  return numbers;
}

/// The numbers of all folds' sequences as numbers within each fold.
std::vector<std::vector<std::uint32_t>> by_fold(Resample numbers, std::span<const Index> begins) {
  std::vector<std::vector<std::uint32_t>> folds(begins.size() - 1);
  for (const std::uint32_t number : numbers) {
    const auto fold = as_size(std::ranges::upper_bound(begins, Index{number}) - begins.begin() - 1);
    folds[fold].push_back(number - static_cast<std::uint32_t>(begins[fold]));
  }
  return folds;
}

void require_same_targets(const Answers& a, const Answers& b) {
  if (a.evaluation.targets == b.evaluation.targets && a.evaluation.offsets == b.evaluation.offsets &&
      a.evaluation.metrics.figures.labels == b.evaluation.metrics.figures.labels)
    return;
  throw usage_error(
      "the two models have different sequences or labels, so that their answers cannot be paired; read the "
      "same "
      "data in the same way (data.format, data.max_length of a label a row)");
}

}  // namespace

std::vector<double> Answers::values() const { return resampled_values(task, evaluation, all_of(evaluation)); }

std::vector<double> pooled_values(std::span<const Answers> parts) {
  Evaluation all;
  all.offsets = {0};
  for (const Answers& part : parts) {
    const Evaluation& own = part.evaluation;
    const Index items = all.offsets.back();
    all.kept.insert(all.kept.end(), own.kept.begin(), own.kept.end());
    all.targets.insert(all.targets.end(), own.targets.begin(), own.targets.end());
    all.item_losses.insert(all.item_losses.end(), own.item_losses.begin(), own.item_losses.end());
    all.losses.insert(all.losses.end(), own.losses.begin(), own.losses.end());
    for (std::size_t i = 1; i < own.offsets.size(); ++i) all.offsets.push_back(items + own.offsets[i]);
  }
  std::vector<double> values = Answers{parts.front().task, all}.values();
  for (const Answers& part : parts.subspan(1)) {
    const std::vector<double> others = Answers{part.task, all}.values();
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != others[i]) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return values;
}

std::vector<Difference> paired_differences(std::span<const Answers> a, std::span<const Answers> b,
                                           std::size_t folds, int threads) {
  std::vector<Index> begins{0};  // [folds + 1]: of the sequences of all folds
  double size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    require_same_targets(a[i], b[i]);
    if (i < folds) begins.push_back(begins.back() + std::ssize(a[i].evaluation.losses));
    size += size_of(a[i].evaluation) + size_of(b[i].evaluation);
  }
  const auto parts = static_cast<double>(a.size()), seeds = parts / static_cast<double>(folds);
  std::vector<Difference> result(a.front().values().size());
  std::vector<std::vector<double>> by_metric(result.size(), std::vector<double>(folds));
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::vector<double> of_a = a[i].values(), of_b = b[i].values();
    for (std::size_t m = 0; m < result.size(); ++m) {
      result[m].a += of_a[m] / parts, result[m].b += of_b[m] / parts;
      by_metric[m][i % folds] += (of_b[m] - of_a[m]) / seeds;
    }
  }
  const auto differences = [&](Resample numbers, std::span<double> into) {
    const std::vector<std::vector<std::uint32_t>> drawn = by_fold(numbers, begins);
    std::ranges::fill(into, 0);
    double asked = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::vector<std::uint32_t>& own = drawn[i % folds];
      if (own.empty()) continue;
      const std::vector<double> of_a = resampled_values(a[i].task, a[i].evaluation, own),
                                of_b = resampled_values(b[i].task, b[i].evaluation, own);
      for (std::size_t m = 0; m < into.size(); ++m) into[m] += of_b[m] - of_a[m];
      ++asked;
    }
    for (double& difference : into) difference /= asked;
  };
  const std::vector<Interval> intervals = bootstrap(
      begins.back(), result.size(), differences, {resamples_for(size, most_paired_resamples), 42, threads});
  for (std::size_t m = 0; m < result.size(); ++m) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();  // resamples of one are all the same
    result[m].interval = begins.back() > 1 ? intervals[m] : Interval{none, none};
    if (folds > 1) result[m].corrected = corrected_interval(by_metric[m], 1 / static_cast<double>(folds - 1));
  }
  return result;
}

}  // namespace orochi
