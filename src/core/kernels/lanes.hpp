// Loops cut into blocks of `lane_count` elements. A block's body has a constant trip count and no branch, so
// that compilers turn it into vector instructions; every element goes through the same ones, wherever it
// stands.
#pragma once

#include <algorithm>
#include <cstring>

#include "core/kernels/kernels.hpp"
#include "core/kernels/vectors.hpp"

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
    for (Index i = 0; i < lane_count; ++i) block.lane[i] = x[i];
  } else {
    for (Index i = 0; i < lane_count; ++i) block.lane[i] = i < count ? x[i] : padding;
  }
  return block;
}
[[gnu::always_inline]] inline void store(Index count, const Block& block, Scalar* x) {
  if (count >= lane_count) {
    for (Index i = 0; i < lane_count; ++i) x[i] = block.lane[i];
  } else {
    for (Index i = 0; i < lane_count; ++i)
      if (i < count) x[i] = block.lane[i];
  }
}

/// One partial result a lane: sums and maxima that vectorise, in an order that we fix and not the compiler.
class Lanes {
 public:
  explicit Lanes(Scalar start) {
    for (Vector& part : parts_) part = Vector{} + start;
  }
  void add(const Block& block) {
    for (Index i = 0; i < count; ++i) parts_[i] += read(block, i);
  }
  /// To the maximum; NaN is passed over.
  void raise(const Block& block) {
    for (Index i = 0; i < count; ++i) {
      const Vector other = read(block, i);
      parts_[i] = other > parts_[i] ? other : parts_[i];
    }
  }
  Scalar sum() const {
    return fold([](Scalar a, Scalar b) { return a + b; });
  }
  Scalar maximum() const {
    return fold([](Scalar a, Scalar b) { return b > a ? b : a; });
  }

 private:
  static constexpr Index count = lane_count / vector_length;

  static Vector read(const Block& block, Index i) { return load_vector(block.lane + i * vector_length); }
  template <class Combine>
  Scalar fold(Combine combine) const {
    Scalar lane[lane_count];
    std::memcpy(lane, parts_, sizeof(lane));
    fold_half<lane_count / 2>(lane, combine);
    return lane[0];
  }
  /// Pairwise, in a fixed order.
  template <Index half, class Combine>
  static void fold_half(Scalar* lane, Combine combine) {
    for (Index i = 0; i < half; ++i) lane[i] = combine(lane[i], lane[i + half]);
    if constexpr (half > 1) fold_half<half / 2>(lane, combine);
  }

  Vector parts_[count];
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
