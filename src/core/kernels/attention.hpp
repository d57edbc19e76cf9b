// One head of one sequence: softmax(scale Q K^T) V, blocked over queries and keys.
#pragma once

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

/// Query i and key i are at position i. What looks at positions (causal, window, slope) needs as many keys as
/// queries.
struct AttentionHead {
  Index length, keys, head_dim;  // T queries, S keys, D
  Scalar scale;                  // 1 / sqrt(D)
  bool causal;                   // a query sees its own key and earlier ones
  Index window;                  // ... that are at most so many positions away; 0: any
  Scalar slope;                  // ALiBi: a scaled score falls by so much a position between the two; 0: not
  double dropout;                // on the weights; 0: none
  RandomRow at;                  // where its bits come from: key k is the row, query q the column
  Operand query, key, value;     // [T, D], [S, D], [S, D]
  bool bf16 = false;             // products in bf16: bf16_available(), D a multiple of 16, at most 64
};

/// Rows that results are written to.
struct Result {
  Scalar* data;
  Index ld;
};

/// What the forward pass keeps of each query's weights instead of T numbers:
/// weights = exp(scale (score - maximum)) inverse_sum.
struct FilterSums {
  Scalar *maximum, *inverse_sum;  // [T]
};

/// Scalars of working memory that either direction needs: some rows of D numbers for each of S keys, and two
/// tiles.
Index attention_scratch(Index keys, Index head_dim);

/// out [T, D] = dropout(weights) V, stride ld; fills `sums`.
void attention_forward(const AttentionHead& head, Scalar* out, Index ld, FilterSums sums, Scalar* scratch);

/// What the forward pass computed on its way, once more and in the same bits, of `count` queries from `first`
/// on: scores [count, S] times scale, minus infinity where hidden, and weights [count, S] before dropout.
void attention_map(const AttentionHead& head, FilterSums sums, Index first, Index count, Scalar* scores,
                   Scalar* weights, Scalar* scratch);

/// dquery [T, D], dkey and dvalue [S, D] are overwritten. Weights are computed again, tile by tile. out and
/// dout [T, D] are the forward pass's result and its gradient: out . dout is what softmax's gradient
/// subtracts (Dao et al. 2022).
void attention_backward(const AttentionHead& head, Operand out, Operand dout, FilterSums sums, Result dquery,
                        Result dkey, Result dvalue, Scalar* scratch);

}  // namespace orochi::kernels
