#include "statistics/paired.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace orochi {
namespace {

/// P(|T| <= tan(angle) sqrt(degrees)).
double student_share(double angle, Index degrees) {
  const bool is_odd = degrees % 2 == 1;
  const double cosine = std::cos(angle);
  double term = is_odd ? cosine : 1, sum = 0;
  for (Index i = is_odd ? 3 : 2; i <= degrees; i += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(i - 1) / static_cast<double>(i);
  }
  sum *= std::sin(angle);
  return is_odd ? 2 / std::numbers::pi * (angle + sum) : sum;
}

}  // namespace

Spread spread_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (count - 1))};
}

double standard_error(std::span<const double> values) {
  return values.size() < 2 ? 0 : spread_of(values).std / std::sqrt(static_cast<double>(values.size()));
}

double student_quantile(double q, Index degrees) {
  double low = 0, high = std::numbers::pi / 2;  // angles
  for (double middle = high / 2; low < middle && middle < high; middle = low + (high - low) / 2)
    (student_share(middle, degrees) < 2 * q - 1 ? low : high) = middle;
  return std::tan(low) * std::sqrt(static_cast<double>(degrees));
}

Interval corrected_interval(std::span<const double> differences, double test_to_train) {
  const auto [mean, std] = spread_of(differences);
  const double half = student_quantile(0.975, std::ssize(differences) - 1) * std *
                      std::sqrt(1 / static_cast<double>(differences.size()) + test_to_train);
  return {mean - half, mean + half};
}

double mcnemar(Index first, Index second) {
  const auto n = static_cast<double>(first + second);
  double sum = 0;
  for (double i = 0; i <= static_cast<double>(std::min(first, second)); ++i)
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) - n * std::numbers::ln2);
  return std::min(1.0, 2 * sum);
}

}  // namespace orochi
