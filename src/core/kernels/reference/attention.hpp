// Scaled dot-product attention of one head of one sequence (Vaswani et al. 2017, equation 1).
//   T queries, S keys and values, D columns a head
#pragma once

#include <cstdlib>
#include <limits>

#include "core/kernels/reference/product.hpp"
#include "core/kernels/reference/softmax.hpp"

namespace orochi::reference {

struct AttentionOptions {
  double scale;         // 1 / sqrt(D)
  bool causal = false;  // a query sees its own key and earlier ones
  Index window = 0;     // ... that are at most so many positions away; 0: any (Beltagy et al. 2020)
  double slope = 0;     // ALiBi: a score falls by so much a position between the two (Press et al. 2022)

  bool sees(Index query, Index key) const {
    return (!causal || key <= query) && (window == 0 || std::abs(query - key) <= window);
  }
};

struct Attention {
  Matrix scores, weights, out;  // [T, S], [T, S], [T, D]
};

/// scores = scale Q K^T - slope |q - k|, weights = softmax(scores), out = (keep o weights) V.
/// keep [T, S]: dropout's factors, 0 or 1 / (1 - p); without dropout, ones.
inline Attention attention(const AttentionOptions& options, const Matrix& query, const Matrix& key,
                           const Matrix& value, const Matrix& keep) {
  Matrix scores = scaled(options.scale, product(query, transposed(key)));
  for (Index q = 0; q < scores.rows(); ++q)
    for (Index k = 0; k < scores.cols(); ++k)
      if (options.sees(q, k))
        scores(q, k) -= options.slope * static_cast<double>(std::abs(q - k));
      else
        scores(q, k) = -std::numeric_limits<double>::infinity();
  const Matrix weights = softmax(scores);
  return {scores, weights, product(times(keep, weights), value)};
}

struct AttentionGradients {
  Matrix dquery, dkey, dvalue;  // [T, D], [S, D], [S, D]
};

/// Backward, a line for each line above, from the last one up.
inline AttentionGradients attention_backward(const AttentionOptions& options, const Matrix& query,
                                             const Matrix& key, const Matrix& value, const Matrix& keep,
                                             const Matrix& dout) {
  const Matrix weights = attention(options, query, key, value, keep).weights;
  const Matrix dvalue = product(transposed(times(keep, weights)), dout);
  const Matrix dweights = times(keep, product(dout, transposed(value)));
  const Matrix dscores = scaled(options.scale, softmax_backward(weights, dweights));
  return {product(dscores, key), product(transposed(dscores), query), dvalue};
}

}  // namespace orochi::reference
