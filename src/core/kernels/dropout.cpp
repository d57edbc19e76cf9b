#include <algorithm>
#include <cmath>

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {
namespace {

constexpr std::uint32_t multiplier0 = 0xD2511F53, multiplier2 = 0xCD9E8D57;

std::uint32_t high_product(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>((std::uint64_t{a} * b) >> 32U);
}

constexpr Index words = 4 * lane_count;  // what one block of counters yields

/// One word of every counter.
struct Column {
  std::uint32_t of[lane_count];
};
struct Counters {
  Column c0, c1, c2, c3;
};

/// Philox 4x32-10 (Salmon et al. 2011) on lane_count counters at once.
void philox_block(Counters& c, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    for (Index i = 0; i < lane_count; ++i) {
      const std::uint32_t word0 = c.c0.of[i], word2 = c.c2.of[i];
      c.c0.of[i] = high_product(multiplier2, word2) ^ c.c1.of[i] ^ key0;
      c.c1.of[i] = multiplier2 * word2;
      c.c2.of[i] = high_product(multiplier0, word0) ^ c.c3.of[i] ^ key1;
      c.c3.of[i] = multiplier0 * word0;
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
}

/// bits[4 i + w] = word w of counter {first + i, row, site, sample}.
void random_words(std::uint32_t first, const RandomRow& at, std::uint32_t* __restrict__ bits) {
  Counters c;
  for (Index i = 0; i < lane_count; ++i) {
    c.c0.of[i] = first + static_cast<std::uint32_t>(i);
    c.c1.of[i] = at.row;
    c.c2.of[i] = at.site;
    c.c3.of[i] = at.sample;
  }
  philox_block(c, at.seed, at.step);
  for (Index i = 0; i < lane_count; ++i) {
    bits[4 * i] = c.c0.of[i];
    bits[4 * i + 1] = c.c1.of[i];
    bits[4 * i + 2] = c.c2.of[i];
    bits[4 * i + 3] = c.c3.of[i];
  }
}

}  // namespace

void dropout_row(Index n, const Scalar* x, Scalar p, const RandomRow& at, Scalar* out, bool accumulate) {
  const Scalar scale = Scalar(1) / (Scalar(1) - p);
  const std::uint32_t threshold = static_cast<std::uint32_t>(std::ldexp(static_cast<double>(p), 32));
  for (Index first = 0; first < n; first += words) {
    std::uint32_t bits[words];
    random_words(static_cast<std::uint32_t>(first / 4), at, bits);
    for_blocks(std::min(words, n - first), [&](Index j, Index count) {
      Block block = load(count, x + first + j);
      for (Index i = 0; i < lane_count; ++i)
        block.lane[i] = bits[j + i] >= threshold ? block.lane[i] * scale : Scalar(0);
      if (accumulate) {
        const Block before = load(count, out + first + j);
        for (Index i = 0; i < lane_count; ++i) block.lane[i] += before.lane[i];
      }
      store(count, block, out + first + j);
    });
  }
}

void philox(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]) {
  std::uint32_t bits[words];
  random_words(counter[0], {key[0], key[1], counter[3], counter[2], counter[1]}, bits);
  std::copy_n(bits, 4, out);
}

}  // namespace orochi::kernels
