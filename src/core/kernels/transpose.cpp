#include <cstring>

#include "core/kernels/vectors.hpp"

namespace orochi::kernels {
namespace {

using Four = Scalar __attribute__((vector_size(4 * sizeof(Scalar))));

Four load_four(const Scalar* from) {
  Four v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
void store_four(Scalar* to, Four v) { std::memcpy(to, &v, sizeof v); }

/// Four rows of four.
void transpose_block(const Scalar* from, Index ld, Scalar* to, Index ld_to) {
  const Four a = load_four(from), b = load_four(from + ld), c = load_four(from + 2 * ld),
             d = load_four(from + 3 * ld);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5),
             ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5),
             cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  store_four(to, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
  store_four(to + ld_to, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
  store_four(to + 2 * ld_to, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
  store_four(to + 3 * ld_to, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

}  // namespace

void transpose(Index rows, Index cols, Operand from, Scalar* to, Index ld_to) {
  const Index whole_rows = rows / 4 * 4, whole_cols = cols / 4 * 4;
  for (Index j = 0; j < whole_cols; j += 4)
    for (Index i = 0; i < whole_rows; i += 4)
      transpose_block(from.data + i * from.ld + j, from.ld, to + j * ld_to + i, ld_to);
  for (Index i = 0; i < rows; ++i)
    for (Index j = i < whole_rows ? whole_cols : 0; j < cols; ++j)
      to[j * ld_to + i] = from.data[i * from.ld + j];
}

}  // namespace orochi::kernels
