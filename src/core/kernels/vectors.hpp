// Vectors as wide as the registers at hand: a compiler extension that g++ and clang share.
#pragma once

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

constexpr Index vector_bytes = __BIGGEST_ALIGNMENT__ < 64 ? __BIGGEST_ALIGNMENT__ : 64;
constexpr Index vector_length = vector_bytes / static_cast<Index>(sizeof(Scalar));
using Vector = Scalar __attribute__((vector_size(vector_bytes)));

[[gnu::always_inline]] inline Vector load_vector(const Scalar* from) {
  using Loose = Scalar __attribute__((vector_size(vector_bytes), aligned(sizeof(Scalar)), may_alias));
  return *reinterpret_cast<const Loose*>(from);
}
[[gnu::always_inline]] inline void store_vector(Scalar* to, Vector v) {
  using Loose = Scalar __attribute__((vector_size(vector_bytes), aligned(sizeof(Scalar)), may_alias));
  *reinterpret_cast<Loose*>(to) = v;
}

/// x in every lane. Minus, not plus: x + 0 is no plain broadcast, as it turns -0 into 0.
[[gnu::always_inline]] inline Vector broadcast(Scalar x) { return x - Vector{}; }

/// to [cols, rows] = from [rows, cols] transposed, in blocks of four by four that stay in registers.
void transpose(Index rows, Index cols, Operand from, Scalar* to, Index ld_to);

constexpr Index round_up(Index n, Index unit) { return (n + unit - 1) / unit * unit; }

}  // namespace orochi::kernels
