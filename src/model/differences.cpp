#include "model/differences.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace orochi {
namespace {

constexpr double step = sizeof(Scalar) == 8 ? 1e-5 : 5e-3;  // where truncation and rounding balance
// Where a step leads over a kink (relu, max), shorter ones are tried, each a quarter of the last: past the
// kink they agree, while a wrong gradient is wrong at any step.
constexpr int shorter_steps = 3;

double distance(double analytic, double numeric) {
  const double result = std::abs(analytic - numeric) / (1 + std::abs(numeric));
  return std::isnan(result) ? HUGE_VAL : result;
}

}  // namespace

/// By the central difference over `value` plus and minus h.
double Differences::derivative(Scalar& value, double h) const {
  const Scalar kept = value;
  value = kept + static_cast<Scalar>(h);
  const double up = loss_(), above = static_cast<double>(value);
  value = kept - static_cast<Scalar>(h);
  const double down = loss_(), below = static_cast<double>(value);
  value = kept;
  return (up - down) / (above - below);
}

void Differences::compare(const std::string& name, Scalar* values, const Scalar* analytic, Index size) {
  const Index stride = std::max<Index>(1, size / 60);
  for (Index i = 0; i < size; i += stride) {
    const double found = static_cast<double>(analytic[i]);
    double numeric = derivative(values[i], step);
    for (int k = 1; k <= shorter_steps && !(distance(found, numeric) <= tolerance); ++k) {
      const double other = derivative(values[i], std::ldexp(step, -2 * k));
      if (distance(found, other) < distance(found, numeric)) numeric = other;
    }
    ++tried;
    if (!worst.empty() && distance(found, numeric) <= difference) continue;
    difference = distance(found, numeric);
    worst = name + "[" + std::to_string(i) + "]";
    numeric_ = numeric;
    analytic_ = found;
  }
}

std::string Differences::error(const std::string& title) const {
  return fmt::format(
      "[{}] the gradient of {} should be {:.6g} by central differences; found {:.6g}; correct the pullback",
      title, worst, numeric_, analytic_);
}

}  // namespace orochi
