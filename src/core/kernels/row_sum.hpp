// Sums of rows that lie anywhere: gradients of embeddings, of which a frequent token has very many.
#pragma once

#include <span>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace orochi::kernels {

/// out[C] = start[C] + rows[0][C] + rows[1][C] + ..., in this order, in double, rounded once. `start` may be
/// null, which is 0, or `out`.
void sum_rows_at(Index c, const Scalar* start, std::span<const Scalar* const> rows, Scalar* out);

}  // namespace orochi::kernels
