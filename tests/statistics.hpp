// How likely counts and samples are under what they should follow: exact, or bounds that hold for any size.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace orochi {

/// What a right program may show by chance: tests draw from fixed seeds, so each passes always or never.
constexpr double by_chance = 1e-9;

/// The smaller of P(X <= k) and P(X >= k) for X of Binomial(n, p): exact.
inline double binomial_tail(double n, double p, double k) {
  const auto share = [&](double i) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) + i * std::log(p) +
                    (n - i) * std::log1p(-p));
  };
  double below = 0, above = 0;  // terms fall quickest towards the tail
  for (double i = k; i >= 0 && i > k - 1e5; --i) below += share(i);
  for (double i = k; i <= n && i < k + 1e5; ++i) above += share(i);
  return std::min(below, above);
}

/// Largest distance between the distribution of `values` and `cdf` (Kolmogorov, Smirnov).
inline double distance_from(std::vector<double> values, const std::function<double(double)>& cdf) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = cdf(values[i]), place = static_cast<double>(i);
    distance = std::max({distance, expected - place / n, (place + 1) / n - expected});
  }
  return distance;
}

/// What that distance exceeds with probability `by_chance` at most, whatever n (Massart 1990).
inline double largest_distance(std::size_t n) {
  return std::sqrt(std::log(2 / by_chance) / (2 * static_cast<double>(n)));
}

}  // namespace orochi
