// Products of matrices, and a linear layer made of them.
#pragma once

#include <bit>
#include <cstdint>

#include "core/kernels/reference/matrix.hpp"

namespace orochi::reference {

/// C_ij = sum over k of A_ik B_kj                 A [M, K], B [K, N], C [M, N]
inline Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c(a.rows(), b.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index k = 0; k < a.cols(); ++k)
      for (Index j = 0; j < b.cols(); ++j) c(i, j) += a(i, k) * b(k, j);
  return c;
}

/// s_j = sum over i of x_ij                       x [M, N], s [1, N]
inline Matrix column_sums(const Matrix& x) { return product(Matrix(1, x.rows(), 1), x); }

/// y = x W^T + b                                  x [M, K], W [N, K], b [1, N], y [M, N]
inline Matrix linear(const Matrix& x, const Matrix& weight, const Matrix& bias) {
  return plus(product(x, transposed(weight)), product(Matrix(x.rows(), 1, 1), bias));
}

struct LinearGradients {
  Matrix dx, dweight, dbias;  // [M, K], [N, K], [1, N]
};

/// dx = dy W, dW = dy^T x, db = the column sums of dy.
inline LinearGradients linear_backward(const Matrix& x, const Matrix& weight, const Matrix& dy) {
  return {product(dy, weight), product(transposed(dy), x), column_sums(dy)};
}

/// x as bf16 has it: a float without its lower 16 bits, rounded to nearest, ties to even.
inline double rounded_to_bf16(double x) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(x));
  return static_cast<double>(std::bit_cast<float>((bits + 0x7FFFU + ((bits >> 16) & 1U)) & 0xFFFF0000U));
}

}  // namespace orochi::reference
