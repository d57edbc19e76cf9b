// Loops cut into blocks of `lane_count` elements. A block's body has a constant trip count and no branch, so
// that compilers turn it into vector instructions; every element goes through the same ones, wherever it
// is.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>

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

template <class V, class Combine>
[[gnu::always_inline]] inline Scalar fold_vector(V v, Combine combine) {
  constexpr Index length = sizeof(V) / sizeof(Scalar);
  if constexpr (length == 16)
    return fold_vector(combine(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
                               __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15)),
                       combine);
  else if constexpr (length == 8)
    return fold_vector(
        combine(__builtin_shufflevector(v, v, 0, 1, 2, 3), __builtin_shufflevector(v, v, 4, 5, 6, 7)),
        combine);
  else if constexpr (length == 4)
    return combine(combine(v[0], v[2]), combine(v[1], v[3]));
  else
    return combine(v[0], v[1]);
}

/// The lanes' total, pairwise: lane i and lane i + 8, then i and i + 4, and so on, whatever the registers'
/// width.
template <class Combine>
Scalar fold_lanes(const Vector (&parts)[lane_count / vector_length], Combine combine) {
  constexpr Index count = lane_count / vector_length;
  Vector total[count];
  for (Index i = 0; i < count; ++i) total[i] = parts[i];
  for (Index half = count / 2; half > 0; half /= 2)
    for (Index i = 0; i < half; ++i) total[i] = combine(total[i], total[i + half]);
  return fold_vector(total[0], combine);
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
  Block block() const {
    Block block;
    for (Index i = 0; i < count; ++i) store_vector(block.lane + i * vector_length, parts_[i]);
    return block;
  }
  Scalar sum() const {
    return fold_lanes(parts_, [](auto x, auto y) { return x + y; });
  }
  Scalar maximum() const {
    return fold_lanes(parts_, [](auto x, auto y) { return y > x ? y : x; });
  }

 private:
  static constexpr Index count = lane_count / vector_length;

  static Vector read(const Block& block, Index i) { return load_vector(block.lane + i * vector_length); }

  Vector parts_[count];
};

/// Calls body(j, count) for each block of n elements; count < lane_count in the last, ragged one only. One
/// call for both: the same instructions, hence the same bits.
template <class Body>
void for_blocks(Index n, Body body) {
  for (Index j = 0; j < n; j += lane_count) body(j, std::min(lane_count, n - j));
}

constexpr Scalar minus_infinity = -std::numeric_limits<Scalar>::infinity();

/// Passes over NaN, which exponentials carry on.
[[gnu::always_inline]] inline Scalar maximum_of(Index n, const Scalar* x) {
  Lanes largest(minus_infinity);
  for (Index j = 0; j < n; j += lane_count)
    largest.raise(load(std::min(lane_count, n - j), x + j, minus_infinity));
  return largest.maximum();
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

/// total += x; what the rounding takes away is kept in `lost` and given back by the next call (Kahan 1965):
/// the error of any number of terms is that of two roundings.
[[gnu::always_inline]] inline void add_compensated(Scalar x, Scalar& total, Scalar& lost) {
  const Scalar term = x - lost;
  const Scalar sum = total + term;
  lost = (sum - total) - term;
  total = sum;
}

/// total[j] += x of the first `count` lanes, with lost[j] likewise.
[[gnu::always_inline]] inline void add_compensated(Index count, const Block& x, Scalar* total, Scalar* lost) {
  Block sum = load(count, total), rest = load(count, lost);
  for (Index i = 0; i < lane_count; ++i) add_compensated(x.lane[i], sum.lane[i], rest.lane[i]);
  store(count, sum, total);
  store(count, rest, lost);
}

/// Two sums over the same elements.
struct Sums {
  Scalar first = 0, second = 0;
};
inline void add_compensated(const Sums& x, Sums& total, Sums& lost) {
  add_compensated(x.first, total.first, lost.first);
  add_compensated(x.second, total.second, lost.second);
}

/// sum(begin, end) over 0 .. n - 1, in stretches: the error does not grow with n.
template <class Sum>
[[gnu::always_inline]] inline auto in_stretches(Index n, Sum sum) {
  constexpr Index stretch = 1024;
  auto total = sum(Index{0}, std::min(n, stretch));
  decltype(total) lost{};
  for (Index begin = stretch; begin < n; begin += stretch)
    add_compensated(sum(begin, std::min(n, begin + stretch)), total, lost);
  return total;
}

/// The first `count` lanes, 0 beyond.
[[gnu::always_inline]] inline Block first_lanes(Index count, const Block& block) {
  return count < lane_count ? load(count, block.lane) : block;
}

/// Sum of the blocks terms(j, count) over j < n; lanes beyond `count` do not matter.
template <class Terms>
Scalar sum_of_blocks(Index n, Terms terms) {
  return in_stretches(n, [=](Index begin, Index end) {
    Lanes sums(0);
    for (Index j = begin; j < end; j += lane_count) {
      const Index count = std::min(lane_count, end - j);
      sums.add(first_lanes(count, terms(j, count)));
    }
    return sums.sum();
  });
}
/// The same of terms(j, count, first block, second block). Two named sums: an array would not stay in
/// registers.
template <class Terms>
Sums two_sums_of_blocks(Index n, Terms terms) {
  return in_stretches(n, [=](Index begin, Index end) {
    Lanes first(0), second(0);
    for (Index j = begin; j < end; j += lane_count) {
      const Index count = std::min(lane_count, end - j);
      Block a, b;
      terms(j, count, a, b);
      first.add(first_lanes(count, a));
      second.add(first_lanes(count, b));
    }
    return Sums{first.sum(), second.sum()};
  });
}

/// Sum over j < n of f(x[j]...).
template <class Function, class... Input>
Scalar sum_of(Index n, Function f, const Input*... x) {
  return sum_of_blocks(n, [=](Index j, Index count) {
    Block terms;
    const auto fill = [&](const auto&... in) {
      for (Index i = 0; i < lane_count; ++i) terms.lane[i] = f(in.lane[i]...);
    };
    fill(load(count, x + j)...);
    return terms;
  });
}

}  // namespace orochi::kernels
