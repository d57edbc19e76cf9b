#include "core/kernels/panels.hpp"

#include <algorithm>
#include <vector>

#include "core/kernels/vectors.hpp"

namespace orochi::kernels {
namespace {

/// How products are cut so that their parts stay in caches: by measurement for registers of each width.
struct Cut {
  Index depth;        // steps along K at a time: a panel's part stays in the first or second cache
  Index rows;         // of A at a time: they stay in the second cache while they meet every panel
  Index far;          // B's rows that lie so far apart are copied: the first cache has few places for them
  Index ahead;        // steps along K that B is asked for before they are due; 0: not
  bool fetches_sums;  // asks for a tile of C before its sums are there
};
constexpr Cut cut =
    vector_bytes == 64 ? Cut{384, Index{1} << 40, 512, 8, false} : Cut{256, 128, 128, 0, true};

/// Where a tile is and what it is made of; C (+)= A B.
struct Tile {
  Index k;
  Left a;
  const Scalar* b;  // [K, NV vectors], stride ldb
  Index ldb;
  Scalar* c;
  Index ldc;
  bool accumulate;
  const Scalar* bias;  // what the sums start from, or null
};

/// MR rows times NV vectors, all sums in registers.
template <int MR, int NV>
[[gnu::always_inline]] inline void multiply_tile(const Tile& t) {
  Vector sum[MR][NV];
  const Index k = t.k, row = t.a.row, column = t.a.column, ldb = t.ldb, ldc = t.ldc;
  const Scalar* __restrict__ a = t.a.data;
  const Scalar* __restrict__ b = t.b;
  if constexpr (cut.fetches_sums)
    for (int i = 0; i < MR; ++i)  // both ends: a row of C may begin anywhere in a cache line
      for (const int at : {0, NV * static_cast<int>(vector_length) - 1})
        __builtin_prefetch(t.c + i * ldc + at, 1);
#pragma GCC unroll 16
  for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j)
      sum[i][j] = t.bias != nullptr ? load_vector(t.bias + j * vector_length) : Vector{};
  for (Index p = 0; p < k; ++p) {
    Vector right[NV];
    if constexpr (cut.ahead > 0)
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) __builtin_prefetch(b + (p + cut.ahead) * ldb + j * vector_length);
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j) right[j] = load_vector(b + p * ldb + j * vector_length);
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i) {
      const Vector left = broadcast(a[i * row + p * column]);
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) sum[i][j] += left * right[j];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j) {
      Scalar* to = t.c + i * ldc + j * vector_length;
      store_vector(to, t.accumulate ? load_vector(to) + sum[i][j] : sum[i][j]);
    }
}

/// The last columns, fewer than whole vectors: computed beside C, then copied.
template <int MR, int NV>
[[gnu::noinline]] void multiply_ragged(const Tile& t, Index columns) {
  Scalar beside[Index{MR} * NV * vector_length] = {};
  Tile inner = t;
  inner.c = beside;
  inner.ldc = NV * vector_length;
  for (Index i = 0; t.accumulate && i < MR; ++i)
    std::copy_n(t.c + i * t.ldc, columns, beside + i * inner.ldc);
  multiply_tile<MR, NV>(inner);
  for (Index i = 0; i < MR; ++i) std::copy_n(beside + i * inner.ldc, columns, t.c + i * t.ldc);
}

/// All rows, MR at a time and the rest in halves of it.
template <int MR, int NV>
void multiply_rows_of_tiles(Index m, Tile t, Index columns) {
  const bool whole = columns == NV * vector_length;
  for (; m >= MR; m -= MR) {
    if (whole)
      multiply_tile<MR, NV>(t);
    else
      multiply_ragged<MR, NV>(t, columns);
    t.a.data += MR * t.a.row;
    t.c += MR * t.ldc;
  }
  if constexpr (MR > 1)
    if (m > 0) multiply_rows_of_tiles<(MR > 8 ? 8 : MR > 4 ? 4 : MR / 2), NV>(m, t, columns);
}

/// As many rows as the registers hold sums of: 32 with AVX-512, 16 elsewhere.
constexpr int tile_rows(int vectors) {
  constexpr int many[] = {12, 12, 8, 6}, few[] = {10, 6, 4, 3};
  return vector_bytes == 64 ? many[vectors - 1] : few[vectors - 1];
}

/// One panel of `columns` columns, at most panel_width.
void multiply_panel(Index m, const Tile& t, Index columns) {
  switch ((columns + vector_length - 1) / vector_length) {
    case 1:
      return multiply_rows_of_tiles<tile_rows(1), 1>(m, t, columns);
    case 2:
      return multiply_rows_of_tiles<tile_rows(2), 2>(m, t, columns);
    case 3:
      return multiply_rows_of_tiles<tile_rows(3), 3>(m, t, columns);
    default:
      return multiply_rows_of_tiles<tile_rows(4), 4>(m, t, columns);
  }
}

/// C's columns from `first` on as a multiple of whole vectors, one panel.
Index width_at(Index first, Index n) { return std::min(panel_width, n - first); }

}  // namespace

Index packed_size(Index n, Index k) { return round_up(round_up(n, vector_length) * k, 16); }

Index panel_columns() { return panel_width; }

void pack_panel(Index n, Index k, Operand b, Index first, Scalar* packed) {
  const Index columns = width_at(first, n), width = round_up(columns, vector_length);
  Scalar* out = packed + first * k;  // [K, width]
  transpose(columns, k, {b.data + first * b.ld, b.ld}, out, width);
  for (Index p = 0; columns < width && p < k; ++p)
    std::fill_n(out + p * width + columns, width - columns, Scalar(0));
}

namespace {

/// Row by row, as memory likes to be read.
void pack_rows(Index n, Index k, Operand b, Scalar* packed) {
  for (Index p = 0; p < k; ++p)
    for (Index first = 0; first < n; first += panel_width) {
      const Index columns = width_at(first, n), width = round_up(columns, vector_length);
      Scalar* out = packed + first * k + p * width;
      std::copy_n(b.data + p * b.ld + first, columns, out);
      std::fill_n(out + columns, width - columns, Scalar(0));
    }
}

}  // namespace

void pack_panels(Index n, Index k, Operand b, bool transposed, Scalar* packed) {
  if (!transposed) return pack_rows(n, k, b, packed);
  for (Index first = 0; first < n; first += panel_width) pack_panel(n, k, b, first, packed);
}

void multiply_panels(Index m, Index n, Index k, Left a, Panels b, Scalar* c, Index ldc, bool accumulate,
                     const Scalar* bias) {
  for (Index i = 0; i < m; i += cut.rows)
    for (Index p = 0; p < k; p += cut.depth)
      for (Index first = 0; first < n; first += panel_width) {
        const Index columns = width_at(first, n), width = round_up(columns, vector_length);
        Scalar start[panel_width] = {};  // the bias, filled up to whole vectors
        if (bias != nullptr) std::copy_n(bias + first, columns, start);
        multiply_panel(std::min(cut.rows, m - i),
                       {std::min(cut.depth, k - p),
                        {a.data + i * a.row + p * a.column, a.row, a.column},
                        b.data + first * b.depth + p * width,
                        width,
                        c + i * ldc + first,
                        ldc,
                        accumulate || p > 0,
                        bias != nullptr && p == 0 ? start : nullptr},
                       columns);
      }
}

void multiply_rows(Index m, Index n, Index k, Left a, Operand b, Scalar* c, Index ldc, bool accumulate) {
  constexpr Index group = 4 * panel_width;  // columns that are copied at a time
  thread_local std::vector<Scalar> copy(cut.depth * group);
  const bool copies = n % vector_length != 0 || (b.ld >= cut.far && m >= 24);
  for (Index p = 0; p < k; p += cut.depth)
    for (Index j = 0; j < n; j += group) {
      const Index depth = std::min(cut.depth, k - p), end = std::min(j + group, n);
      const Operand right{b.data + p * b.ld + j, b.ld};
      if (copies) pack_rows(end - j, depth, right, copy.data());
      for (Index i = 0; i < m; i += cut.rows)
        for (Index first = j; first < end; first += panel_width) {
          const Index columns = width_at(first, n);
          multiply_panel(std::min(cut.rows, m - i),
                         {depth,
                          {a.data + i * a.row + p * a.column, a.row, a.column},
                          copies ? copy.data() + (first - j) * depth : right.data + (first - j),
                          copies ? round_up(columns, vector_length) : b.ld,
                          c + i * ldc + first,
                          ldc,
                          accumulate || p > 0,
                          nullptr},
                         columns);
        }
    }
}

namespace {

constexpr Index long_depth = 256, block_rows = 96,
                block_columns = 512;  // of multiply_transposed: within the second cache
constexpr Index gap = 16;             // between a copied block's rows
constexpr Index short_rows = 256;     // up to here the copies cost more than they gain

/// One block of rows of C: A's columns are copied, then meet every panel.
void multiply_block(Index m, Index n, Index k, Operand a, const Scalar* panels, Scalar* copy, Scalar* c,
                    Index ldc, bool accumulate) {
  const Index ld = round_up(m, gap) + gap;
  for (Index p = 0; p < k; ++p) std::copy_n(a.data + p * a.ld, m, copy + p * ld);
  for (Index first = 0; first < n; first += panel_width) {
    const Index columns = width_at(first, n);
    multiply_panel(m,
                   {k,
                    {copy, 1, ld},
                    panels + first * k,
                    round_up(columns, vector_length),
                    c + first,
                    ldc,
                    accumulate,
                    nullptr},
                   columns);
  }
}

}  // namespace

void multiply_transposed(Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
                         bool accumulate) {
  if (std::max(a.ld, b.ld) <= short_rows)
    return multiply_rows(m, n, k, {a.data, 1, a.ld}, b, c, ldc, accumulate);
  thread_local std::vector<Scalar> memory(
      static_cast<std::size_t>(packed_size(block_columns, long_depth) + long_depth * (block_rows + 2 * gap)));
  Scalar *panels = memory.data(), *copy = panels + packed_size(block_columns, long_depth);
  for (Index p = 0; p < k; p += long_depth) {
    const Index depth_here = std::min(long_depth, k - p);
    for (Index j = 0; j < n; j += block_columns) {
      const Index columns = std::min(block_columns, n - j);
      pack_panels(columns, depth_here, {b.data + p * b.ld + j, b.ld}, false, panels);
      for (Index i = 0; i < m; i += block_rows)
        multiply_block(std::min(block_rows, m - i), columns, depth_here, {a.data + p * a.ld + i, a.ld},
                       panels, copy, c + i * ldc + j, ldc, accumulate || p > 0);
    }
  }
}

}  // namespace orochi::kernels
