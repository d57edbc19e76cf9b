// Products by multiply-adds of pairs. Compiled for AVX512_BF16 whatever the rest is compiled for: nothing of
// the standard library in here, whose inline functions the linker might then hand to other files.
#include "core/kernels/bf16.hpp"

#include <immintrin.h>

namespace orochi::kernels {
namespace {

constexpr Index panel = bf16_panel_width, register_width = 16;
constexpr Index depth = 192;  // pairs along K at a time: a panel's part stays in the first cache

/// Scalar is float wherever bf16_available(); the double build only compiles this.
const float* floats(const Scalar* x) { return reinterpret_cast<const float*>(x); }
float* floats(Scalar* x) { return reinterpret_cast<float*>(x); }

Index least(Index a, Index b) { return a < b ? a : b; }

struct Tile {
  Index pairs;
  const Pair* a;  // element (i, p) at a[i * row + p * column]
  Index row, column;
  const Pair* b;  // [pairs, ldb]
  Index ldb;
  float* c;
  Index ldc;
  bool accumulate;
  const float* bias;  // what the sums start from, or null
};

/// MR rows times NV registers.
template <int MR, int NV>
[[gnu::always_inline]] inline void multiply_tile(const Tile& t) {
  __m512 sum[MR][NV];
#pragma GCC unroll 16
  for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j)
      sum[i][j] = t.bias != nullptr ? _mm512_loadu_ps(t.bias + j * register_width) : _mm512_setzero_ps();
  for (Index p = 0; p < t.pairs; ++p) {
    __m512i right[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j) right[j] = _mm512_loadu_si512(t.b + p * t.ldb + j * register_width);
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i) {
      const __m512i left = _mm512_set1_epi32(static_cast<int>(t.a[i * t.row + p * t.column]));
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j)
        sum[i][j] = _mm512_dpbf16_ps(sum[i][j], reinterpret_cast<__m512bh>(left),
                                     reinterpret_cast<__m512bh>(right[j]));
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j) {
      float* to = t.c + i * t.ldc + j * register_width;
      _mm512_storeu_ps(to, t.accumulate ? _mm512_add_ps(_mm512_loadu_ps(to), sum[i][j]) : sum[i][j]);
    }
}

template <int MR, int NV>
void multiply_rows_of_tiles(Index m, Tile t) {
  for (; m >= MR; m -= MR) {
    multiply_tile<MR, NV>(t);
    t.a += MR * t.row;
    t.c += MR * t.ldc;
  }
  if constexpr (MR > 1)
    if (m > 0) multiply_rows_of_tiles<(MR > 8 ? 8 : MR > 4 ? 4 : MR / 2), NV>(m, t);
}

void multiply_panel(Index m, const Tile& t, Index columns) {
  switch (columns / register_width) {
    case 1:
      return multiply_rows_of_tiles<12, 1>(m, t);
    case 2:
      return multiply_rows_of_tiles<12, 2>(m, t);
    case 3:
      return multiply_rows_of_tiles<8, 3>(m, t);
    default:
      return multiply_rows_of_tiles<6, 4>(m, t);
  }
}

}  // namespace

bool bf16_available() {
  return sizeof(Scalar) == sizeof(float) && __builtin_cpu_supports("avx512bf16") &&
         __builtin_cpu_supports("avx512bw");
}

void multiply_bf16(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                   bool accumulate, const Scalar* bias) {
  const Index pairs = k / 2;
  for (Index first = 0; first < n; first += panel) {
    const Index width = least(panel, n - first);
    for (Index p = 0; p < pairs; p += depth)
      multiply_panel(
          m,
          {least(depth, pairs - p), a + p, pairs, 1, b + first * pairs + p * width, width, floats(c) + first,
           ldc, accumulate || p > 0, p == 0 && bias != nullptr ? floats(bias) + first : nullptr},
          width);
  }
}

void multiply_bf16_transposed(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                              bool accumulate) {
  const Index pairs = (k + 1) / 2;
  for (Index p = 0; p < pairs; p += depth)
    for (Index first = 0; first < n; first += panel) {
      const Index width = least(panel, n - first);
      for (Index i = 0; i < m; i += panel) {
        const Index rows = least(panel, m - i);
        multiply_panel(
            rows,
            {least(depth, pairs - p), a + i * pairs + p * rows, 1, rows, b + first * pairs + p * width, width,
             floats(c) + i * ldc + first, ldc, accumulate || p > 0, nullptr},
            width);
      }
    }
}

}  // namespace orochi::kernels
