// Vectors as wide as the registers at hand: a compiler extension that g++ and clang share. For kernels alone:
// other files may be compiled for fewer instructions.
#pragma once

#include <cstring>

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

#if defined(__AVX512F__)
constexpr Index vector_bytes = 64;
#elif defined(__AVX2__)
constexpr Index vector_bytes = 32;
#else
constexpr Index vector_bytes = 16;
#endif
constexpr Index vector_length = vector_bytes / static_cast<Index>(sizeof(Scalar));
constexpr Index panel_width = (vector_bytes == 64 ? 4 : 2) * vector_length;  // of panels.hpp
using Vector = Scalar __attribute__((vector_size(vector_bytes)));

// memcpy, as clang does not take `aligned` on a type that is less than its own alignment.
[[gnu::always_inline]] inline Vector load_vector(const Scalar* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
[[gnu::always_inline]] inline void store_vector(Scalar* to, Vector v) { std::memcpy(to, &v, sizeof v); }

/// x in every lane. Minus, not plus: x + 0 is no plain broadcast, as it turns -0 into 0.
[[gnu::always_inline]] inline Vector broadcast(Scalar x) { return x - Vector{}; }

/// to [cols, rows] = from [rows, cols] transposed, in blocks of four by four that stay in registers.
void transpose(Index rows, Index cols, Operand from, Scalar* to, Index ld_to);

constexpr Index round_up(Index n, Index unit) { return (n + unit - 1) / unit * unit; }

}  // namespace orochi::kernels
