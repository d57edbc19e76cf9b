// Operations that know where each sequence of a batch begins: B sequences of T rows each, N rows in all. What
// a sequence gives does not depend on its neighbors, to the bit.
#pragma once

#include <cstdint>
#include <span>

#include <orochi/matrix_ops.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Rows of a table [V, C], by token: [N, C]. Also for numbers of another kind (segments, types).
Var embedding(Tape& tape, Parameter table, std::span<const std::int32_t> tokens);

/// x with a parameter [1, C] in place of each of the batch's hidden rows: [N, C] -> [N, C].
Var hide_rows(Var x, Parameter mask, const Batch& batch);
/// The rows that the batch asks for: [N, C] -> [M, C].
Var asked_rows(Var x, const Batch& batch);

/// One row a sequence: [N, C] -> [B, C]. All but the sum need sequences of one row or more.
Var sum_per_sequence(Var x, const Batch& batch);
Var mean_per_sequence(Var x, const Batch& batch);
Var max_per_sequence(Var x, const Batch& batch);
Var first_per_sequence(Var x, const Batch& batch);
Var last_per_sequence(Var x, const Batch& batch);

/// Each sequence's row for all rows of the sequence: [B, C] -> [N, C].
Var repeat_per_sequence(Var x, const Batch& batch);

/// y[t] = x[t - by] within the sequence, 0 where there is no such row; `by` may be negative. [N, C] -> [N,
/// C].
Var shift_per_sequence(Var x, Index by, const Batch& batch);
/// y[t] = x[positions[t]], where `positions` [N] count from 0 within the sequence; -1 gives a row of zeros.
/// [N, C]
/// -> [N, C].
Var gather_per_sequence(Var x, std::span<const std::int32_t> positions, const Batch& batch);

/// For each sequence the product of its part of a with its part of b. A part is the sequence's rows, or the
/// block of a matrix in which every sequence has as many rows, one block below the other:
///   first:  a^T b, a [N, K] and b [N, C] by rows -> blocks [B K, C]
///   none:   a b, a [N, K] by rows, b [B K, C] by blocks -> [N, C]
///   second: a b^T, a [N, K] by rows, b [B C, K] by blocks -> [N, C]
Var matmul_per_sequence(Var a, Var b, const Batch& batch, Transpose transpose = Transpose::none);

}  // namespace orochi
#pragma GCC visibility pop
