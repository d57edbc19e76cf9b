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

void to_bf16_rows(Index m, Index k, const Scalar* x, Pair* out) {
  const Index n = m * k;
  Index i = 0;
  for (; i + register_width <= n; i += register_width)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i / 2),
                        reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(floats(x) + i))));
  if (i == n) return;
  const __mmask16 rest = static_cast<__mmask16>((1U << static_cast<unsigned>(n - i)) - 1U);
  const __m512 last = _mm512_maskz_loadu_ps(rest, floats(x) + i);
  _mm256_mask_storeu_epi16(out + i / 2, rest, reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(last)));
}

void to_bf16_panels(Index k, Index n, const Scalar* x, Pair* out) {
  const Index pairs = (k + 1) / 2;
  for (Index p = 0; p < pairs; ++p) {
    const float* row = floats(x) + 2 * p * n;
    for (Index j = 0; j < n; j += register_width) {
      const Index first = j / panel * panel, width = least(panel, n - first);
      const __m512 even = _mm512_loadu_ps(row + j);
      const __m512 odd = 2 * p + 1 < k ? _mm512_loadu_ps(row + n + j) : _mm512_setzero_ps();
      _mm512_storeu_si512(out + first * pairs + p * width + j - first, interleave(even, odd));
    }
  }
}

void to_bf16_panel_transposed(Index n, Index k, const Scalar* x, Index first, Pair* out) {
  const Index pairs = k / 2, width = least(panel, n - first);
  Pair* to = out + first * pairs;  // [pairs, width]
  for (Index j = 0; j < width; ++j) {
    const float* row = floats(x) + (first + j) * k;
    for (Index i = 0; i < k; i += register_width) {
      alignas(32) Pair of_row[register_width / 2];
      _mm256_store_si256(reinterpret_cast<__m256i*>(of_row),
                         reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(row + i))));
      for (Index q = 0; q < register_width / 2; ++q) to[(i / 2 + q) * width + j] = of_row[q];
    }
  }
}

}  // namespace orochi::kernels
