// Numbers as pairs of bf16. Compiled for AVX512_BF16 whatever the rest is compiled for: nothing of the
// standard library in here, whose inline functions the linker might then hand to other files.
#include <immintrin.h>

#include "core/kernels/bf16.hpp"

namespace orochi::kernels {
namespace {

constexpr Index panel = bf16_panel_width, register_width = 16;

/// Scalar is float wherever bf16_available(); the double build only compiles this.
const float* floats(const Scalar* x) { return reinterpret_cast<const float*>(x); }

Index least(Index a, Index b) { return a < b ? a : b; }

/// Sixteen numbers of each of two rows, as pairs.
__m512i interleave(__m512 first, __m512 second) {
  const __m512i low = _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(first)));
  const __m512i high = _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(second)));
  return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

}  // namespace

void to_bf16_rows(Index m, Index k, Operand x, Pair* out) {
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < k; j += register_width)
      _mm256_storeu_si256(
          reinterpret_cast<__m256i*>(out + (i * k + j) / 2),
          reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(floats(x.data) + i * x.ld + j))));
}

void to_bf16_panels(Index k, Index n, Operand x, Pair* out) {
  const Index pairs = (k + 1) / 2;
  for (Index p = 0; p < pairs; ++p) {
    const float* row = floats(x.data) + 2 * p * x.ld;
    for (Index j = 0; j < n; j += register_width) {
      const Index first = j / panel * panel, width = least(panel, n - first);
      const __m512 even = _mm512_loadu_ps(row + j);
      const __m512 odd = 2 * p + 1 < k ? _mm512_loadu_ps(row + x.ld + j) : _mm512_setzero_ps();
      _mm512_storeu_si512(out + first * pairs + p * width + j - first, interleave(even, odd));
    }
  }
}

void to_bf16_panel_transposed(Index n, Index k, Operand x, Index first, Pair* out) {
  const Index pairs = k / 2, width = least(panel, n - first);
  Pair* to = out + first * pairs;  // [pairs, width]
  for (Index j = 0; j < width; ++j) {
    const float* row = floats(x.data) + (first + j) * x.ld;
    for (Index i = 0; i < k; i += register_width) {
      alignas(32) Pair of_row[register_width / 2];
      _mm256_store_si256(reinterpret_cast<__m256i*>(of_row),
                         reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(row + i))));
      for (Index q = 0; q < register_width / 2; ++q) to[(i / 2 + q) * width + j] = of_row[q];
    }
  }
}

}  // namespace orochi::kernels
