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
constexpr Index most_pairs = 512;  // of a block's left-hand side, 64 KB

Index least(Index a, Index b) { return a < b ? a : b; }
Index whole_tiles(Index n) { return (n + side - 1) / side * side; }

/// Before tiles are loaded: g++ does not know that this reads memory.
void write_to_memory() { asm volatile("" ::: "memory"); }

/// What LDTILECFG reads: rows of each tile, and bytes of a row.
struct alignas(64) Configuration {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t bytes[16] = {};
  std::uint8_t rows[16] = {};
};

/// The shapes of tiles. Setting them costs as much as some steps of a product.
struct Shapes {
  Index rows = 0, pairs = 0;

  /// For a block of so many rows, and steps of so many pairs along K. Tiles 0 to 3 are the sums of two times
  /// two tiles, 4 and 5 rows of the left-hand side, 6 and 7 columns of the right-hand side.
  void set(Index new_rows, Index new_pairs) {
    if (new_rows == rows && new_pairs == pairs) return;
    rows = new_rows, pairs = new_pairs;
    Configuration to;
    const auto shape = [&to](int tile, Index tile_rows, Index row_pairs) {
      to.rows[tile] = static_cast<std::uint8_t>(tile_rows);
      to.bytes[tile] = static_cast<std::uint16_t>(4 * row_pairs);
    };
    const Index upper = least(rows, side), lower = rows > side ? rows - side : side;
    shape(0, upper, side), shape(1, upper, side), shape(2, lower, side), shape(3, lower, side);
    shape(4, upper, pairs), shape(5, lower, pairs);
    shape(6, pairs, side), shape(7, pairs, side);
    write_to_memory();
    _tile_loadconfig(&to);
  }
};

/// A block of sums. Its left-hand side is a row of tiles [16 rows, 16 pairs] for its upper 16 rows, then one
/// for the lower: a tile in one piece loads several times as fast as rows that lie apart. Pairs beyond the
/// last are zero.
struct Block {
  Index columns, pairs;
  const Pair* a;
  const Pair* b;  // [pairs, ldb]
  Index ldb;
  float* c;
  Index ldc;
  bool accumulate;
  const float* bias;  // [columns] that the sums start from, or null
};

/// `lower` and `wide`: whether there are more than 16 rows, and columns.
template <bool lower, bool wide>
void start(const Block& t) {
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
void step(const Pair* a, Index lower_rows, const Pair* b, Index ldb) {
  _tile_loadd(6, b, ldb * 4);
  if constexpr (wide) _tile_loadd(7, b + side, ldb * 4);
  _tile_loadd(4, a, side * 4);
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (wide) _tile_dpbf16ps(1, 4, 7);
  if constexpr (lower) {
    _tile_loadd(5, a + lower_rows, side * 4);
    _tile_dpbf16ps(2, 5, 6);
    if constexpr (wide) _tile_dpbf16ps(3, 5, 7);
  }
}

template <bool lower, bool wide>
void finish(const Block& t) {
  _tile_stored(0, t.c, t.ldc * 4);
  if constexpr (wide) _tile_stored(1, t.c + side, t.ldc * 4);
  if constexpr (lower) _tile_stored(2, t.c + side * t.ldc, t.ldc * 4);
  if constexpr (lower && wide) _tile_stored(3, t.c + side * t.ldc + side, t.ldc * 4);
}

template <bool lower, bool wide>
void multiply_block(const Block& t) {
  const Index lower_rows = whole_tiles(t.pairs) * side, each = least(t.pairs, side);  // as the shapes are
  start<lower, wide>(t);
  Index p = 0;
  for (; p + each <= t.pairs; p += each)
    step<lower, wide>(t.a + p * side, lower_rows, t.b + p * t.ldb, t.ldb);
  if (p < t.pairs) {  // fewer pairs than a step has: zeros behind them
    alignas(64) Pair b[side * block] = {};
    for (Index i = 0; p + i < t.pairs; ++i)
      for (Index j = 0; j < t.columns; ++j) b[i * block + j] = t.b[(p + i) * t.ldb + j];
    write_to_memory();
    step<lower, wide>(t.a + p * side, lower_rows, b, block);
  }
  finish<lower, wide>(t);
}

template <bool lower>
void multiply_rows(const Block& t) {
  t.columns > side ? multiply_block<lower, true>(t) : multiply_block<lower, false>(t);
}

float* floats(Scalar* x) { return reinterpret_cast<float*>(x); }
const float* floats(const Scalar* x) { return reinterpret_cast<const float*>(x); }

/// Rows of the left-hand side [rows, part], which lie `ld` apart, as tiles.
void copy_rows(Index rows, Index part, const Pair* from, Index ld, Pair* to) {
  for (Index r = 0; r < rows; ++r) {
    Pair* row = to + r / side * side * whole_tiles(part) + r % side * side;
    for (Index p = 0; p < part; p += side) {
      const auto used = static_cast<__mmask16>((1U << static_cast<unsigned>(least(side, part - p))) - 1U);
      _mm512_store_si512(row + p * side, _mm512_maskz_loadu_epi32(used, from + r * ld + p));
    }
  }
}

/// Its transpose [part, rows], rows of a panel, as tiles.
void turn_rows(Index rows, Index part, const Pair* from, Index ld, Pair* to) {
  for (Index r = 0; r < rows; r += side)
    for (Index p = 0; p < part; p += side) {
      Pair* tile = to + r * whole_tiles(part) + p * side;
      if (part - p < side)
        for (Index i = 0; i < side; ++i) _mm512_store_si512(tile + i * side, _mm512_setzero_si512());
      transpose(least(side, part - p), side, {reinterpret_cast<const Scalar*>(from + p * ld + r), ld},
                reinterpret_cast<Scalar*>(tile), side);
    }
}

/// C [M, N] (+)= A B; lay_out(i, rows, p, part, to) makes tiles of A's rows from i and pairs from p on.
template <class LayOut>
void multiply(Index m, Index n, Index pairs, const Pair* b, Scalar* c, Index ldc, bool accumulate,
              const Scalar* bias, LayOut lay_out) {
  alignas(64) Pair a[block * most_pairs];
  Shapes shapes;
  for (Index p = 0; p < pairs; p += most_pairs) {
    const Index part = least(most_pairs, pairs - p);
    for (Index i = 0; i < m; i += block) {
      const Index rows = least(block, m - i);
      lay_out(i, rows, p, part, a);
      write_to_memory();
      shapes.set(rows, least(part, side));
      for (Index j = 0; j < n; j += block) {
        const Index first = j / panel * panel, width = least(panel, n - first);
        const Block sums{least(block, n - j),
                         part,
                         a,
                         b + first * pairs + p * width + j - first,
                         width,
                         floats(c) + i * ldc + j,
                         ldc,
                         accumulate || p > 0,
                         bias != nullptr ? floats(bias) + j : nullptr};
        rows > side ? multiply_rows<true>(sums) : multiply_rows<false>(sums);
      }
    }
  }
  _tile_release();
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
  multiply(m, n, pairs, b, c, ldc, accumulate, bias, [=](Index i, Index rows, Index p, Index part, Pair* to) {
    copy_rows(rows, part, a + i * pairs + p, pairs, to);
  });
}

void multiply_bf16_transposed(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                              bool accumulate) {
  const Index pairs = (k + 1) / 2;
  multiply(m, n, pairs, b, c, ldc, accumulate, nullptr,
           [=](Index i, Index rows, Index p, Index part, Pair* to) {
             const Index first = i / panel * panel, width = least(panel, m - first);
             turn_rows(rows, part, a + first * pairs + p * width + i - first, width, to);
           });
}

}  // namespace orochi::kernels
