// One head of one sequence: softmax(scale Q K^T) V, blocked over queries and keys.
#pragma once

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

struct AttentionHead {
  Index length, head_dim;     // T, D
  Scalar scale;               // 1 / sqrt(D)
  bool causal;                // a query sees its own key and earlier ones
  double dropout;             // on the filter; 0: none
  RandomRow at;               // where its bits come from: key k is the row, query q the column
  Operand query, key, value;  // [T, D]
  bool half = false;          // products in bf16: half_available(), D a multiple of 16, at most 64
};

/// What the forward pass keeps of each query's filter instead of T numbers:
/// filter = exp(scale (score - maximum)) inverse_sum.
struct FilterSums {
  Scalar *maximum, *inverse_sum;  // [T]
};

/// Scalars of working memory that either direction needs: some rows of D numbers for each of T, and two
/// tiles.
Index attention_scratch(Index length, Index head_dim);

/// out [T, D] = dropout(filter) V, stride ld; fills `sums`.
void attention_forward(const AttentionHead& head, Scalar* out, Index ld, FilterSums sums, Scalar* scratch);

/// What the forward pass computed on its way, once more and in the same bits: scores [T, T] times scale,
/// minus infinity where hidden, and filter [T, T] before dropout.
void attention_map(const AttentionHead& head, FilterSums sums, Scalar* scores, Scalar* filter,
                   Scalar* scratch);

/// dquery, dkey, dvalue [T, D], stride ld, are overwritten. Filters are computed again, tile by tile. out and
/// dout [T, D] are the forward pass's result and its gradient: out . dout is what softmax's gradient
/// subtracts (Dao et al. 2022).
void attention_backward(const AttentionHead& head, Operand out, Operand dout, FilterSums sums, Scalar* dquery,
                        Scalar* dkey, Scalar* dvalue, Index ld, Scalar* scratch);

}  // namespace orochi::kernels
