// Softmax of each row.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/kernels/reference/matrix.hpp"

namespace orochi::reference {

/// p_ij = exp(x_ij - m_i) / sum over k of exp(x_ik - m_i), m_i the largest of row i, so that nothing
/// overflows. An entry of minus infinity is hidden: its p is 0.
inline Matrix softmax(const Matrix& x) {
  Matrix p(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    double largest = x(i, 0), sum = 0;
    for (Index k = 0; k < x.cols(); ++k) largest = std::max(largest, x(i, k));
    for (Index k = 0; k < x.cols(); ++k) sum += std::exp(x(i, k) - largest);
    for (Index j = 0; j < x.cols(); ++j) p(i, j) = std::exp(x(i, j) - largest) / sum;
  }
  return p;
}

/// dx_ij = p_ij (dp_ij - sum over k of p_ik dp_ik)
inline Matrix softmax_backward(const Matrix& p, const Matrix& dp) {
  Matrix dx(p.rows(), p.cols());
  for (Index i = 0; i < p.rows(); ++i) {
    double mean = 0;
    for (Index k = 0; k < p.cols(); ++k) mean += p(i, k) * dp(i, k);
    for (Index j = 0; j < p.cols(); ++j) dx(i, j) = p(i, j) * (dp(i, j) - mean);
  }
  return dx;
}

}  // namespace orochi::reference
