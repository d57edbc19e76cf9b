#include "statistics/temperature.hpp"

#include <algorithm>
#include <cmath>

#include "core/as_size.hpp"

namespace orochi {
namespace {

struct Derivatives {
  double first = 0, second = 0;
};

/// Of the summed cross entropy of softmax(b z) by b: E[z] - z_label, and the variance of z.
Derivatives by_inverse(std::span<const double> logits, std::span<const double> labels, Index classes,
                       double b) {
  Derivatives sum;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::span<const double> z = logits.subspan(i * as_size(classes), as_size(classes));
    const double most = *std::max_element(z.begin(), z.end());
    double all = 0, mean = 0, square = 0;
    for (const double one : z) {
      const double p = std::exp(b * (one - most)), below = one - most;
      all += p, mean += p * below, square += p * below * below;
    }
    mean /= all;
    sum.first += mean + most - z[static_cast<std::size_t>(labels[i])];
    sum.second += square / all - mean * mean;
  }
  return sum;
}

}  // namespace

double fit_temperature(std::span<const double> logits, std::span<const double> labels, Index classes) {
  if (labels.empty()) return 1;
  double low = 0.1, high = 10, b = 1;  // b = 1 / T; the loss is convex in it
  for (int i = 0; i < 100 && high - low > 1e-12; ++i) {
    const Derivatives at = by_inverse(logits, labels, classes, b);
    (at.first > 0 ? high : low) = b;
    const double newton = b - at.first / at.second,
                 next = newton > low && newton < high ? newton : (low + high) / 2;
    if (std::abs(next - b) < 1e-12) break;
    b = next;
  }
  return 1 / b;
}

}  // namespace orochi
