// Central differences of a loss, for checks of gradients.
#pragma once

#include <cmath>
#include <functional>
#include <string>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace orochi {

/// Whether two sums of the same numbers agree, whatever their order.
inline bool near(double found, double expected) {
  constexpr double tolerance = sizeof(Scalar) == 8 ? 1e-9 : 1e-4;
  return std::abs(found - expected) <= tolerance * (1 + std::abs(expected));
}

/// Compares gradients with central differences of a loss, and keeps the worst element.
class Differences {
 public:
  static constexpr double tolerance = sizeof(Scalar) == 8 ? 1e-6 : 2e-2;

  explicit Differences(std::function<double()> loss) : loss_(std::move(loss)) {}

  /// Up to 60 elements of one array, on which the loss depends.
  void compare(const std::string& name, Scalar* values, const Scalar* analytic, Index size);

  bool agree() const { return difference <= tolerance; }
  /// "[title] the gradient of x[3] should be 1 by central differences; found 2; correct the pullback"
  std::string error(const std::string& title) const;

  std::string worst;      // "x[3]"
  double difference = 0;  // |analytic - numeric| / (1 + |numeric|), there
  Index tried = 0;        // elements

 private:
  double derivative(Scalar& value, double h) const;

  std::function<double()> loss_;
  double numeric_ = 0, analytic_ = 0;  // at the worst element
};

}  // namespace orochi
