#include "statistics/ranks.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace orochi {

std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = static_cast<double>(first + last + 1) / 2;
  }
  return ranks;
}

double spearman(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> x = ranks_of(a), y = ranks_of(b);
  const double mean = static_cast<double>(x.size() + 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  return xy / std::sqrt(xx * yy);  // 0 / 0 is NaN
}

double area_under_roc(std::span<const double> scores, std::span<const double> positive) {
  const std::vector<double> ranks = ranks_of(scores);
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    sum += positive[i] * ranks[i];
    count += positive[i];
  }
  const double others = static_cast<double>(ranks.size()) - count;
  return (sum - count * (count + 1) / 2) / (count * others);
}

RankingFigures ranking_figures(std::span<const double> scores, std::span<const double> positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return scores[i] > scores[j]; });
  const double all = std::accumulate(positive.begin(), positive.end(), 0.0),
               others = static_cast<double>(scores.size()) - all;
  double area = 0, precision = 0, hits = 0;  // hits: positive items at or above the threshold
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    double rise = 0;
    while (last < order.size() && scores[order[last]] == scores[order[first]])
      rise += positive[order[last++]];
    const double falls = static_cast<double>(last - first) - rise;
    area += falls * (hits + rise / 2);
    hits += rise;
    precision += rise * hits / static_cast<double>(last);
  }
  return {area / (all * others), precision / all};
}

}  // namespace orochi
