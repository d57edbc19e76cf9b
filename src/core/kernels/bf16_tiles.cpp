// Products by tiles of 16 rows (AMX-BF16), in place of bf16.cpp. Nothing of the standard library in here, as
// there.
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/kernels/bf16.hpp"

namespace orochi::kernels {

// Of transpose.cpp; vectors.hpp, which declares it, has inline functions.
void transpose(Index rows, Index cols, Operand from, Scalar* to, Index ld_to);

namespace {

constexpr Index panel = bf16_panel_width;
constexpr Index side = 16;         // rows of a tile, its pairs and its floats a row
constexpr Index block = 2 * side;  // rows and columns at a time: four tiles of sums
constexpr Index most_pairs = 128;  // of a transposed left-hand side that are turned at a time

Index least(Index a, Index b) { return a < b ? a : b; }

/// Before tiles are loaded: g++ does not know that this reads memory.
void write_to_memory() { asm volatile("" ::: "memory"); }

/// What LDTILECFG reads: rows of each tile, and bytes of a row.
struct alignas(64) Shapes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t bytes[16] = {};
  std::uint8_t rows[16] = {};
};

/// For a block of so many rows, and steps of so many pairs along K. Tiles 0 to 3 are the sums of two times
/// two tiles, 4 and 5 rows of the left-hand side, 6 and 7 columns of the right-hand side.
void set_shapes(Index rows, Index pairs) {
  Shapes shapes;
  const auto set = [&](int tile, Index tile_rows, Index row_pairs) {
    shapes.rows[tile] = static_cast<std::uint8_t>(tile_rows);
    shapes.bytes[tile] = static_cast<std::uint16_t>(4 * row_pairs);
  };
  const Index upper = least(rows, side), lower = rows > side ? rows - side : side;
  set(0, upper, side), set(1, upper, side), set(2, lower, side), set(3, lower, side);
  set(4, upper, pairs), set(5, lower, pairs);
  set(6, pairs, side), set(7, pairs, side);
  write_to_memory();
  _tile_loadconfig(&shapes);
}

struct Tile {
  Index rows, columns, pairs;
  const Pair* a;  // [rows, lda]
  Index lda;
  const Pair* b;  // [pairs, ldb]
  Index ldb;
  float* c;
  Index ldc;
  bool accumulate;
  const float* bias;  // [columns] that the sums start from, or null
};

/// `lower` and `wide`: whether there are more than 16 rows, and columns.
template <bool lower, bool wide>
void start(const Tile& t) {
  const auto from = [&t](Index i, Index j) { return t.accumulate ? t.c + i * t.ldc + j : t.bias + j; };
  if (!t.accumulate && t.bias == nullptr) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    return;
  }
  const Index stride = t.accumulate ? t.ldc * 4 : 0;
  _tile_loadd(0, from(0, 0), stride);
  if constexpr (wide) _tile_loadd(1, from(0, side), stride);
  if constexpr (lower) _tile_loadd(2, from(side, 0), stride);
  if constexpr (lower && wide) _tile_loadd(3, from(side, side), stride);
}

template <bool lower, bool wide>
void step(const Pair* a, Index lda, const Pair* b, Index ldb) {
  _tile_loadd(6, b, ldb * 4);
  if constexpr (wide) _tile_loadd(7, b + side, ldb * 4);
  _tile_loadd(4, a, lda * 4);
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (wide) _tile_dpbf16ps(1, 4, 7);
  if constexpr (lower) {
    _tile_loadd(5, a + side * lda, lda * 4);
    _tile_dpbf16ps(2, 5, 6);
    if constexpr (wide) _tile_dpbf16ps(3, 5, 7);
  }
}

template <bool lower, bool wide>
void finish(const Tile& t) {
  _tile_stored(0, t.c, t.ldc * 4);
  if constexpr (wide) _tile_stored(1, t.c + side, t.ldc * 4);
  if constexpr (lower) _tile_stored(2, t.c + side * t.ldc, t.ldc * 4);
  if constexpr (lower && wide) _tile_stored(3, t.c + side * t.ldc + side, t.ldc * 4);
}

/// The last pairs, fewer than a step has, with zeros behind.
template <bool lower, bool wide>
void last_step(const Tile& t, Index first) {
  alignas(64) Pair a[block * side] = {}, b[side * block] = {};
  for (Index i = 0; i < t.rows; ++i)
    for (Index p = first; p < t.pairs; ++p) a[i * side + p - first] = t.a[i * t.lda + p];
  for (Index p = first; p < t.pairs; ++p)
    for (Index j = 0; j < t.columns; ++j) b[(p - first) * block + j] = t.b[p * t.ldb + j];
  write_to_memory();
  step<lower, wide>(a, side, b, block);
}

template <bool lower, bool wide>
void multiply_block(const Tile& t) {
  const Index each = least(t.pairs, side);  // as the shapes are
  start<lower, wide>(t);
  Index p = 0;
  for (; p + each <= t.pairs; p += each) step<lower, wide>(t.a + p, t.lda, t.b + p * t.ldb, t.ldb);
  if (p < t.pairs) last_step<lower, wide>(t, p);
  finish<lower, wide>(t);
}

template <bool lower>
void multiply_rows(const Tile& t) {
  t.columns > side ? multiply_block<lower, true>(t) : multiply_block<lower, false>(t);
}

/// Whole blocks, then the rows that are left.
void multiply_columns(Tile t, Index rows) {
  t.rows = block;
  if (rows >= block) set_shapes(block, least(t.pairs, side));
  for (; rows >= block; rows -= block, t.a += block * t.lda, t.c += block * t.ldc) multiply_rows<true>(t);
  if (rows == 0) return;
  t.rows = rows;
  set_shapes(rows, least(t.pairs, side));
  rows > side ? multiply_rows<true>(t) : multiply_rows<false>(t);
}

float* floats(Scalar* x) { return reinterpret_cast<float*>(x); }
const float* floats(const Scalar* x) { return reinterpret_cast<const float*>(x); }

/// Rows of a panel, which lie `ld` apart: [pairs, rows] -> [rows, pairs].
void turn(Index pairs, Index rows, const Pair* from, Index ld, Pair* to) {
  transpose(pairs, rows, {reinterpret_cast<const Scalar*>(from), ld}, reinterpret_cast<Scalar*>(to), pairs);
}

}  // namespace

bool bf16_available() {
  constexpr unsigned bf16 = 1U << 22, tiles = 1U << 24;
  constexpr long request = 0x1023,
                 tile_data = 18;  // ARCH_REQ_XCOMP_PERM, for this process and all its threads
  unsigned a = 0, b = 0, c = 0, d = 0;
  return sizeof(Scalar) == sizeof(float) && __builtin_cpu_supports("avx512bf16") &&
         __builtin_cpu_supports("avx512bw") && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
         (d & bf16) != 0 && (d & tiles) != 0 && ::syscall(SYS_arch_prctl, request, tile_data) == 0;
}

void multiply_bf16(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                   bool accumulate, const Scalar* bias) {
  const Index pairs = k / 2;
  for (Index first = 0; first < n; first += panel) {
    const Index width = least(panel, n - first);
    for (Index j = 0; j < width; j += block)
      multiply_columns(
          {block, least(block, width - j), pairs, a, pairs, b + first * pairs + j, width,
           floats(c) + first + j, ldc, accumulate, bias != nullptr ? floats(bias) + first + j : nullptr},
          m);
  }
  _tile_release();
}

void multiply_bf16_transposed(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                              bool accumulate) {
  const Index pairs = (k + 1) / 2;
  alignas(64) Pair turned[panel * most_pairs];
  for (Index p = 0; p < pairs; p += most_pairs) {
    const Index part = least(most_pairs, pairs - p);
    for (Index i = 0; i < m; i += panel) {
      const Index rows = least(panel, m - i);
      turn(part, rows, a + i * pairs + p * rows, rows, turned);
      for (Index first = 0; first < n; first += panel) {
        const Index width = least(panel, n - first);
        for (Index j = 0; j < width; j += block)
          multiply_columns(
              {block, least(block, width - j), part, turned, part, b + first * pairs + p * width + j, width,
               floats(c) + i * ldc + first + j, ldc, accumulate || p > 0, nullptr},
              rows);
      }
    }
  }
  _tile_release();
}

}  // namespace orochi::kernels
