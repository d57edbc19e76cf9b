// One head of one sequence, as the kernels take it, out of packed rows.
#pragma once

#include <orochi/ops.hpp>

#include "core/kernels/attention.hpp"

namespace orochi {

/// Where queries, keys and values are: in one matrix of rows or in two.
struct AttentionInputs {
  Var query, key;                  // queries from column 0 on
  Index key_column, value_column;  // of `key`
  Batch queries, keys;
};

/// Whether heads of D columns fit the registers of products in bf16.
constexpr bool head_fits_bf16(Index head_dim) { return head_dim % 16 == 0 && head_dim <= 64; }
/// Whether the products of such heads are in bf16 on this tape: its weights are, and D fits.
bool in_bf16(const Tape& tape, Index head_dim);

/// Head h with its rows, but without values and dropout: enough for its map.
kernels::AttentionHead make_head(const AttentionOptions& options, Index h, Index queries,
                                 kernels::Operand query, Index keys, kernels::Operand key, bool bf16);
/// The whole of head h of sequence b.
kernels::AttentionHead make_head(const AttentionInputs& in, const AttentionOptions& options, Index b,
                                 Index h);

/// The sums of all heads' filters: [H, N] each.
struct AllSums {
  AllSums(Tape& tape, Index heads, Index rows)
      : maximum(tape.allocate(heads * rows)), inverse_sum(tape.allocate(heads * rows)), n(rows) {}
  kernels::FilterSums of(Index h, Index row) const {
    return {maximum + h * n + row, inverse_sum + h * n + row};
  }

  Scalar *maximum, *inverse_sum;
  Index n;
};

}  // namespace orochi
