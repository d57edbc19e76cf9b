// Loops cut into blocks of `lane_count` elements. A block's body has a constant trip count and no branch, so
// that compilers turn it into vector instructions; every element goes through the same ones, wherever it
// stands.
#pragma once

#include <algorithm>
#include <cstring>

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

constexpr Index lane_count = 16;  // one AVX-512 register of floats

/// A block of elements, on a cache line's boundary: it is often written and read at once.
struct Block {
  alignas(64) Scalar lane[lane_count];
};

/// The first `count` (all, as a rule) of x, and `padding` in the lanes beyond.
[[gnu::always_inline]] inline Block load(Index count, const Scalar* x, Scalar padding = 0) {
  Block block;
  if (count >= lane_count) {
    std::memcpy(block.lane, x, sizeof(block.lane));
  } else {
    for (Index i = 0; i < lane_count; ++i) block.lane[i] = i < count ? x[i] : padding;
  }
  return block;
}
[[gnu::always_inline]] inline void store(Index count, const Block& block, Scalar* x) {
  if (count >= lane_count) {
    std::memcpy(x, block.lane, sizeof(block.lane));
  } else {
    for (Index i = 0; i < lane_count; ++i)
      if (i < count) x[i] = block.lane[i];
  }
}

/// One partial result a lane: sums and maxima that vectorise, in an order that we fix and not the compiler.
/// The vector is a compiler extension that g++ and clang share; it is split up where registers are shorter.
class Lanes {
 public:
  explicit Lanes(Scalar start) : vector_(Vector{} + start) {}
  void add(const Block& block) {
    Vector other;
    std::memcpy(&other, block.lane, sizeof(other));
    vector_ += other;
  }
  /// To the maximum; NaN is passed over.
  void raise(const Block& block) {
    Vector other;
    std::memcpy(&other, block.lane, sizeof(other));
    vector_ = other > vector_ ? other : vector_;
  }
  Scalar sum() const {
    return fold<lane_count / 2>(block(), [](Scalar a, Scalar b) { return a + b; });
  }
  Scalar maximum() const {
    return fold<lane_count / 2>(block(), [](Scalar a, Scalar b) { return b > a ? b : a; });
  }

 private:
  using Vector = Scalar __attribute__((vector_size(lane_count * sizeof(Scalar))));

  Block block() const {
    Block result;
    std::memcpy(result.lane, &vector_, sizeof(result.lane));
    return result;
  }
  /// Pairwise, in a fixed order.
  template <Index width, class Combine>
  static Scalar fold(Block block, Combine combine) {
    for (Index i = 0; i < width; ++i) block.lane[i] = combine(block.lane[i], block.lane[i + width]);
    if constexpr (width > 1)
      return fold<width / 2>(block, combine);
    else
      return block.lane[0];
  }

  Vector vector_;
};

/// Calls body(j, count) for each block of n elements; count < lane_count in the last, ragged one only. One
/// call for both: the same instructions, hence the same bits.
template <class Body>
void for_blocks(Index n, Body body) {
  for (Index j = 0; j < n; j += lane_count) body(j, std::min(lane_count, n - j));
}

/// out[j] = f(x[j]...), a block at a time; out may be one of x.
template <class Function, class... Input>
void map_elements(Index n, Scalar* out, Function f, const Input*... x) {
  for_blocks(n, [=](Index j, Index count) {
    Block result;
    const auto fill = [&](const auto&... in) {
      for (Index i = 0; i < lane_count; ++i) result.lane[i] = f(in.lane[i]...);
    };
    fill(load(count, x + j)...);
    store(count, result, out + j);
  });
}
/// out[j] (+)= f(x[j]...).
template <class Function, class... Input>
void map_elements(Index n, Scalar* out, bool accumulate, Function f, const Input*... x) {
  if (accumulate)
    map_elements(
        n, out, [f](Scalar before, auto... in) { return before + f(in...); }, out, x...);
  else
    map_elements(n, out, f, x...);
}

/// Sum over j < n of f(x[j]...).
template <class Function, class... Input>
Scalar sum_of(Index n, Function f, const Input*... x) {
  Lanes sums(0);
  for_blocks(n, [&](Index j, Index count) {
    Block terms;
    const auto fill = [&](const auto&... in) {
      for (Index i = 0; i < lane_count; ++i) terms.lane[i] = f(in.lane[i]...);
    };
    fill(load(count, x + j)...);
    sums.add(count < lane_count ? load(count, terms.lane) : terms);
  });
  return sums.sum();
}

}  // namespace orochi::kernels
