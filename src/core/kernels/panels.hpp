// Products with the right-hand side cut into panels: the kernel of our own, for linear layers and attention.
#pragma once

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

/// Element (i, k) of the left-hand side [M, K] is data[i * row + k * column]: transposed or not.
struct Left {
  const Scalar* data;
  Index row, column;
};

/// Scalars of B [K, N] in panels: N is filled up with zeros to whole vectors, all to whole cache lines.
Index packed_size(Index n, Index k);

/// B [K, N] (transposed: given as [N, K]) into panels of up to four vectors' width, each [K, width].
void pack_panels(Index n, Index k, Operand b, bool transposed, Scalar* packed);
/// The same of one panel of a B given as [N, K], whose first column is a multiple of panel_columns(): pieces
/// for several workers.
Index panel_columns();
void pack_panel(Index n, Index k, Operand b, Index first, Scalar* packed);

/// B in panels, as packed with `depth` for K: a product may use fewer steps along K, and whole panels of N.
struct Panels {
  const Scalar* data;
  Index depth;
};
/// C [M, N] (+)= A B, or = A B + bias. Each row's sum runs along K in one order, whatever rows are beside
/// it. bias[N] may be null; it does not go with accumulate.
void multiply_panels(Index m, Index n, Index k, Left a, Panels b, Scalar* c, Index ldc, bool accumulate,
                     const Scalar* bias = nullptr);
/// The same on B [K, N] as it is in memory, or on copies of some columns at a time in memory of this thread:
/// where N is no multiple of vector_length, and where a copy pays.
void multiply_rows(Index m, Index n, Index k, Left a, Operand b, Scalar* c, Index ldc, bool accumulate);

/// C [M, N] (+)= A^T B, A [K, M], B [K, N]: a weight's gradient. Long rows are copied block by block: they
/// tend to lie a power of two apart, which leaves most of a cache's sets unused.
void multiply_transposed(Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
                         bool accumulate);

}  // namespace orochi::kernels
