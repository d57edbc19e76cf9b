// Rotary positions (Su et al. 2021).
#pragma once

#include <cmath>

#include "core/kernels/reference/matrix.hpp"

namespace orochi::reference {

/// Row t of x [T, heads D] has position t. Columns 2 i and 2 i + 1 of each head are turned by the angle
/// t 10000^(-2 i / D); backward by as much the other way.
inline Matrix rotary(const Matrix& x, Index head_dim, bool backward = false) {
  Matrix y(x.rows(), x.cols());
  for (Index t = 0; t < x.rows(); ++t)
    for (Index j = 0; j < x.cols(); j += 2) {
      const double exponent = static_cast<double>(j % head_dim) / static_cast<double>(head_dim);
      const double angle = static_cast<double>(backward ? -t : t) * std::pow(10000.0, -exponent);
      y(t, j) = x(t, j) * std::cos(angle) - x(t, j + 1) * std::sin(angle);
      y(t, j + 1) = x(t, j) * std::sin(angle) + x(t, j + 1) * std::cos(angle);
    }
  return y;
}

}  // namespace orochi::reference
