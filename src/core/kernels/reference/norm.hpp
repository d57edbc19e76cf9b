// Layer norm (Ba et al. 2016) and RMS norm (Zhang & Sennrich 2019). Means are in long double: the double
// build's norms are as exact as sums in double.
#pragma once

#include <cmath>

#include "core/kernels/reference/matrix.hpp"

namespace orochi::reference {

struct Norm {
  std::vector<long double> mean;  // [M]; RMS norm: 0
  std::vector<double> scale;      // [M]: 1 / sqrt(variance + eps)
  Matrix xhat, y;                 // [M, N]: (x - mean) scale, and xhat weight + bias
};

/// With `centered`, layer norm: the mean is taken away, and the variance is about it. Else RMS norm.
inline Norm norm(const Matrix& x, const Matrix& weight, const Matrix& bias, double eps, bool centered) {
  Norm out{{}, {}, Matrix(x.rows(), x.cols()), Matrix(x.rows(), x.cols())};
  const auto n = static_cast<long double>(x.cols());
  for (Index i = 0; i < x.rows(); ++i) {
    long double mean = 0, variance = 0;
    for (Index j = 0; centered && j < x.cols(); ++j) mean += x(i, j) / n;
    for (Index j = 0; j < x.cols(); ++j) variance += (x(i, j) - mean) * (x(i, j) - mean) / n;
    const long double scale = 1 / std::sqrt(variance + eps);
    for (Index j = 0; j < x.cols(); ++j) {
      out.xhat(i, j) = static_cast<double>((x(i, j) - mean) * scale);
      out.y(i, j) = out.xhat(i, j) * weight(0, j) + bias(0, j);
    }
    out.mean.push_back(mean);
    out.scale.push_back(static_cast<double>(scale));
  }
  return out;
}
inline Norm layer_norm(const Matrix& x, const Matrix& weight, const Matrix& bias, double eps) {
  return norm(x, weight, bias, eps, true);
}
inline Norm rms_norm(const Matrix& x, const Matrix& weight, double eps) {
  return norm(x, weight, Matrix(1, x.cols()), eps, false);
}

struct NormGradients {
  Matrix dx, dweight, dbias;  // [M, N], [1, N], [1, N]
};

/// dweight = sum of dy xhat, dbias = sum of dy; with dxhat = dy weight,
/// dx = scale (dxhat - mean(dxhat) - xhat mean(dxhat xhat)), the first mean in layer norm alone.
inline NormGradients norm_backward(const Norm& norm, const Matrix& weight, const Matrix& dy, bool centered) {
  const Index rows = dy.rows(), cols = dy.cols();
  NormGradients out{Matrix(rows, cols), Matrix(1, cols), Matrix(1, cols)};
  for (Index i = 0; i < rows; ++i) {
    double mean = 0, along = 0;
    for (Index j = 0; j < cols; ++j) {
      const double dxhat = dy(i, j) * weight(0, j);
      if (centered) mean += dxhat / static_cast<double>(cols);
      along += dxhat * norm.xhat(i, j) / static_cast<double>(cols);
      out.dweight(0, j) += dy(i, j) * norm.xhat(i, j);
      out.dbias(0, j) += dy(i, j);
    }
    for (Index j = 0; j < cols; ++j)
      out.dx(i, j) = norm.scale[static_cast<std::size_t>(i)] *
                     (dy(i, j) * weight(0, j) - mean - norm.xhat(i, j) * along);
  }
  return out;
}
inline NormGradients layer_norm_backward(const Matrix& x, const Matrix& weight, double eps,
                                         const Matrix& dy) {
  return norm_backward(layer_norm(x, weight, Matrix(1, x.cols()), eps), weight, dy, true);
}
inline NormGradients rms_norm_backward(const Matrix& x, const Matrix& weight, double eps, const Matrix& dy) {
  return norm_backward(rms_norm(x, weight, eps), weight, dy, false);
}

}  // namespace orochi::reference
