// Cross entropy with class weights and label smoothing (Szegedy et al. 2016), as PyTorch defines it. In long
// double: of a million classes, sums keep more digits than are compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/kernels/reference/matrix.hpp"

namespace orochi::reference {

struct CrossEntropy {
  long double loss;
  Matrix dlogits;  // [B, K]
};

/// nll_k = log sum over j of exp(x_j) - x_k, and of each row with smoothing s and weights w [1, K]
///   loss = (1 - s) w_label nll_label + s / K sum over k of w_k nll_k = sum over k of share_k nll_k,
///   dx_k = p_k sum over j of share_j - share_k,
/// all over `normalizer`.
template <class Label>
CrossEntropy cross_entropy(const Matrix& logits, const std::vector<Label>& labels, const Matrix& weights,
                           double smoothing, double normalizer) {
  const Index k = logits.cols();
  CrossEntropy out{0, Matrix(logits.rows(), k)};
  std::vector<long double> share(static_cast<std::size_t>(k));
  for (Index b = 0; b < logits.rows(); ++b) {
    long double largest = logits(b, 0), sum = 0, shares = 0;
    for (Index j = 0; j < k; ++j) largest = std::max<long double>(largest, logits(b, j));
    for (Index j = 0; j < k; ++j) sum += std::exp(logits(b, j) - largest);
    for (Index j = 0; j < k; ++j) {
      const bool is_label = j == static_cast<Index>(labels[static_cast<std::size_t>(b)]);
      long double& one = share[static_cast<std::size_t>(j)];
      one = ((is_label ? 1 - smoothing : 0.0) + smoothing / static_cast<double>(k)) * weights(0, j) /
            normalizer;
      shares += one;
      out.loss += one * (largest + std::log(sum) - logits(b, j));
    }
    for (Index j = 0; j < k; ++j)
      out.dlogits(b, j) = static_cast<double>(shares * std::exp(logits(b, j) - largest) / sum -
                                              share[static_cast<std::size_t>(j)]);
  }
  return out;
}

}  // namespace orochi::reference
