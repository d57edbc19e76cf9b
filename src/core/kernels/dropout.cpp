#include <algorithm>
#include <cmath>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {
namespace {

constexpr std::uint32_t multiplier0 = 0xD2511F53, multiplier2 = 0xCD9E8D57;
constexpr Index word_count = vector_bytes / 4;    // of one register
constexpr Index parts = lane_count / word_count;  // registers that hold one word of every counter
using Words = std::uint32_t __attribute__((vector_size(vector_bytes)));
using Wide = std::uint64_t __attribute__((vector_size(vector_bytes)));

/// The 64-bit products of every second word, from the first on.
[[gnu::always_inline]] inline Wide even_products(Wide a, std::uint32_t b) {
#if defined(__AVX512F__)
  return reinterpret_cast<Wide>(_mm512_mul_epu32(reinterpret_cast<__m512i>(a), _mm512_set1_epi64(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<Wide>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), _mm256_set1_epi64x(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<Wide>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), _mm_set1_epi64x(b)));
#else
  return (a & 0xFFFFFFFFU) * std::uint64_t{b};
#endif
}

/// High halves of the 64-bit products of all words (least significant word first).
[[gnu::always_inline]] inline Words high_products(Words a, std::uint32_t b) {
  const Wide pairs = reinterpret_cast<Wide>(a);
  const Wide even = even_products(pairs, b), odd = even_products(pairs >> 32, b);
  return reinterpret_cast<Words>((even >> 32) | (odd & ~std::uint64_t{0xFFFFFFFFU}));
}

/// lane_count counters, word by word.
struct Counters {
  Words of[4][parts];
};

constexpr int rounds = 7;

/// The key of each round, in every lane.
struct Keys {
  Words of[rounds][2];
};
Keys keys_of(std::uint32_t key0, std::uint32_t key1) {
  Keys keys;
  for (auto& round : keys.of) {
    round[0] = Words{} + key0;
    round[1] = Words{} + key1;
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return keys;
}

/// Philox 4x32-7 (Salmon et al. 2011): the fewest rounds that pass every test of BigCrush.
[[gnu::always_inline]] inline void philox_block(Counters& c, const Keys& keys) {
  for (Index i = 0; i < parts; ++i) {
    Words w0 = c.of[0][i], w1 = c.of[1][i], w2 = c.of[2][i], w3 = c.of[3][i];
#pragma GCC unroll 7
    for (int round = 0; round < rounds; ++round) {
      const Words high0 = high_products(w0, multiplier0), high2 = high_products(w2, multiplier2);
      const Words low0 = w0 * multiplier0, low2 = w2 * multiplier2;
      w0 = high2 ^ w1 ^ keys.of[round][0];
      w1 = low2;
      w2 = high0 ^ w3 ^ keys.of[round][1];
      w3 = low0;
    }
    c.of[0][i] = w0;
    c.of[1][i] = w1;
    c.of[2][i] = w2;
    c.of[3][i] = w3;
  }
}

constexpr Index group = 64;  // columns that share lane_count counters, with the row beside

/// i word_count, i word_count + 1, ...
[[gnu::always_inline]] inline Words lane_numbers(Index i) {
  Words numbers;
  for (Index lane = 0; lane < word_count; ++lane)
    numbers[lane] = static_cast<std::uint32_t>(i * word_count + lane);
  return numbers;
}

/// The counters of 64 columns of the rows 2 i and 2 i + 1 of a sequence.
Counters counters_of(Index first_column, const RandomRow& at) {
  Counters c;
  for (Index i = 0; i < parts; ++i) {
    c.of[0][i] = lane_numbers(i) + static_cast<std::uint32_t>(first_column / group * lane_count);
    c.of[1][i] = Words{} + at.row / 2;
    c.of[2][i] = Words{} + at.stream;
    c.of[3][i] = Words{} + at.sample;
  }
  return c;
}

/// keep[j] = scale or 0 for one register of half words.
[[gnu::always_inline]] inline void keep_words(Words bits, std::uint32_t threshold, Scalar scale,
                                              Scalar* keep) {
  if constexpr (sizeof(Scalar) == sizeof(std::uint32_t)) {
    const Vector all = broadcast(scale);
    const auto kept = bits >= threshold;  // all bits of a lane, or none
    store_vector(keep,
                 reinterpret_cast<Vector>(reinterpret_cast<Words>(kept) & reinterpret_cast<Words>(all)));
  } else {
    for (Index i = 0; i < word_count; ++i) keep[i] = bits[i] >= threshold ? scale : Scalar(0);
  }
}

/// keep[j] = scale or 0 for 64 columns of a row: even rows take words 0 and 1, odd rows 2 and 3. A word's low
/// half decides over one column, its high half over the one sixteen further on.
template <bool odd>
[[gnu::always_inline]] inline void keep_columns(const Counters& c, std::uint32_t threshold, Scalar scale,
                                                Scalar* keep) {
  for (Index w = 0; w < 2; ++w)
    for (Index i = 0; i < parts; ++i) {
      const Words bits = c.of[w + (odd ? 2 : 0)][i];
      Scalar* low = keep + 2 * w * lane_count + i * word_count;
      keep_words(bits & 0xFFFFU, threshold, scale, low);
      keep_words(bits >> 16U, threshold, scale, low + lane_count);
    }
}

/// Whether two rows are in one block of counters.
bool share_counters(const RandomRow& a, const RandomRow& b) {
  return a.row % 2 == 0 && b.row == a.row + 1 && b.sample == a.sample && b.stream == a.stream;
}

}  // namespace

namespace {

/// One row's `count` columns, at most 64, of a block of counters.
[[gnu::always_inline]] inline void keep_row(const Counters& c, bool odd, std::uint32_t threshold,
                                            Scalar scale, Index count, Scalar* out) {
  alignas(64) Scalar rest[group];
  Scalar* to = count >= group ? out : rest;
  if (odd)
    keep_columns<true>(c, threshold, scale, to);
  else
    keep_columns<false>(c, threshold, scale, to);
  if (count < group) std::copy_n(rest, count, out);
}

}  // namespace

void dropout_factors(Index m, Index n, double p, const RandomRow* at, Scalar* out, Index ld, Index first) {
  if (m == 0) return;
  const auto threshold = static_cast<std::uint32_t>(std::min(std::round(p * 65536), 65535.0));
  const Scalar scale = Scalar(65536) / static_cast<Scalar>(65536 - threshold);
  const Keys keys = keys_of(at[0].seed, at[0].step);  // the rows of a step share them
  for (Index i = 0; i < m;) {
    const bool pair = i + 1 < m && share_counters(at[i], at[i + 1]);
    for (Index j = 0; j < n; j += group) {
      Counters c = counters_of(first + j, at[i]);
      philox_block(c, keys);
      keep_row(c, at[i].row % 2 != 0, threshold, scale, n - j, out + i * ld + j);
      if (pair) keep_row(c, true, threshold, scale, n - j, out + (i + 1) * ld + j);
    }
    i += pair ? 2 : 1;
  }
}

void philox(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]) {
  Counters c;
  for (Index w = 0; w < 4; ++w)
    for (Index i = 0; i < parts; ++i) c.of[w][i] = Words{} + counter[w];
  philox_block(c, keys_of(key[0], key[1]));
  for (Index w = 0; w < 4; ++w) out[w] = c.of[w][0][0];
}

}  // namespace orochi::kernels
