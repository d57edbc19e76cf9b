#include "statistics/curves.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/as_size.hpp"

namespace orochi {
namespace {

std::vector<std::size_t> falling(std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return scores[i] > scores[j]; });
  return order;
}

/// What is at or above one threshold after another, from none on.
struct Thresholds {
  std::vector<double> hits, others;  // shares of the class's items, and of all others
  std::vector<double> precision;     // 1 of none
};

Thresholds thresholds_of(const ClassScores& of, Index k) {
  const auto width = as_size(of.classes);
  std::vector<double> scores;  // [M]
  for (std::size_t at = as_size(k); at < of.scores.size(); at += width) scores.push_back(of.scores[at]);
  const auto is_class = [&](std::size_t i) { return of.labels[i] == static_cast<double>(k); };
  double all = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) all += is_class(i);
  const double rest = static_cast<double>(scores.size()) - all;
  Thresholds result{{0}, {0}, {1}};
  double hits = 0, count = 0;
  const std::vector<std::size_t> order = falling(scores);
  for (std::size_t n = 0; n < order.size(); ++n) {
    hits += is_class(order[n]), count += 1;
    if (n + 1 < order.size() && scores[order[n]] == scores[order[n + 1]]) continue;
    result.hits.push_back(hits / all), result.others.push_back((count - hits) / rest);
    result.precision.push_back(hits / count);
  }
  return result;
}

double place(std::size_t point) { return static_cast<double>(point) / (curve_points - 1); }

/// Means over classes of `value` at each point.
std::vector<double> mean_curve(const ClassScores& of,
                               const std::function<double(const Thresholds&, double)>& value) {
  std::vector<double> sum(curve_points);
  double classes = 0;
  for (Index k = 0; k < of.classes; ++k) {
    const auto count = std::count(of.labels.begin(), of.labels.end(), static_cast<double>(k));
    if (count == 0 || count == std::ssize(of.labels)) continue;
    const Thresholds thresholds = thresholds_of(of, k);
    for (std::size_t p = 0; p < curve_points; ++p) sum[p] += value(thresholds, place(p));
    classes += 1;
  }
  for (double& one : sum) one /= classes;
  return sum;
}

}  // namespace

std::vector<double> roc_curve(const ClassScores& of) {
  return mean_curve(of, [](const Thresholds& all, double others) {
    const auto next = std::ranges::upper_bound(all.others, others);
    if (next == all.others.end()) return all.hits.back();
    const auto n = static_cast<std::size_t>(next - all.others.begin());  // straight between thresholds
    const double part = (others - all.others[n - 1]) / (all.others[n] - all.others[n - 1]);
    return all.hits[n - 1] + part * (all.hits[n] - all.hits[n - 1]);
  });
}

std::vector<double> precision_recall_curve(const ClassScores& of) {
  return mean_curve(of, [](const Thresholds& all, double recall) {
    const auto first = std::ranges::lower_bound(all.hits, recall - 1e-12);
    return all.precision[static_cast<std::size_t>(first - all.hits.begin())];
  });
}

std::vector<double> risk_coverage_curve(const ClassScores& of) {
  const std::vector<double> right = of.right(), confidence = of.confidence();
  const std::vector<std::size_t> order = falling(confidence);
  std::vector<double> wrong{0};  // among the n surest
  for (const std::size_t i : order) wrong.push_back(wrong.back() + 1 - right[i]);
  std::vector<double> curve;
  for (std::size_t p = 0; p < curve_points; ++p) {
    const double n = std::max(std::ceil(place(p) * static_cast<double>(order.size()) - 1e-9), 1.0);
    curve.push_back(wrong[static_cast<std::size_t>(n)] / n);
  }
  return curve;
}

}  // namespace orochi
