// Dropout of rows that belong to sequences.
#pragma once

#include <orochi/ops.hpp>

namespace orochi {

/// out [last - first, cols]: 0 or 1 / (1 - p) for the batch's rows first .. last - 1.
void row_dropout_factors(const Batch& batch, Index first, Index last, Index cols, double p, RandomKey key,
                         std::uint32_t stream, Scalar* out);

}  // namespace orochi
