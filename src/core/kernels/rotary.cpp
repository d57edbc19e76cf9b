#include "core/kernels/rotary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/kernels/vectors.hpp"

namespace orochi::kernels {
namespace {

/// Columns after which a row of the table begins again.
Index period_of(Index d) {
  constexpr Index most = 4096;  // of such wide heads the last columns go one by one
  const Index period = std::lcm(d, vector_length);
  return period <= most ? period : d;
}

template <class V>
[[gnu::always_inline]] inline V swap_neighbors(V v) {
  constexpr Index length = sizeof(V) / sizeof(Scalar);
  if constexpr (length == 16)
    return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
  else if constexpr (length == 8)
    return __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
  else if constexpr (length == 4)
    return __builtin_shufflevector(v, v, 1, 0, 3, 2);
  else
    return __builtin_shufflevector(v, v, 1, 0);
}

/// `count` columns of one row, at most a period: y = x cosine + swapped(x) sine, the sines of even columns
/// negative; and the other way round, back.
template <Turn turn>
[[gnu::always_inline]] inline void rotate_columns(Index count, const Scalar* cosine, const Scalar* sine,
                                                  const Scalar* x, Scalar* y) {
  constexpr Scalar sign = turn == Turn::on ? 1 : -1;
  Index j = 0;
  for (; j + vector_length <= count; j += vector_length) {
    const Vector v = load_vector(x + j);
    store_vector(y + j, v * load_vector(cosine + j) + swap_neighbors(v) * (sign * load_vector(sine + j)));
  }
  for (; j < count; j += 2) {
    const Scalar a = x[j], b = x[j + 1];
    y[j] = a * cosine[j] + b * (sign * sine[j]);
    y[j + 1] = b * cosine[j + 1] + a * (sign * sine[j + 1]);
  }
}

template <Turn turn>
void rotate_rows(Index rows, Index columns, Index period, const Scalar* table, const Scalar* x, Scalar* y,
                 Index ld) {
  for (Index t = 0; t < rows; ++t, table += 2 * period)
    for (Index first = 0; first < columns; first += period)
      rotate_columns<turn>(std::min(period, columns - first), table, table + period, x + t * ld + first,
                           y + t * ld + first);
}

}  // namespace

Index rotary_size(Index length, Index d) { return length * 2 * period_of(d); }

void rotary_table(Index first, Index length, Index d, Scalar* table) {
  const Index period = period_of(d);
  for (Index j = 0; j < period; ++j) {
    const double slowness = std::pow(10000.0, static_cast<double>(j % d / 2 * 2) / static_cast<double>(d));
    for (Index t = 0; t < length; ++t) {
      const double angle = static_cast<double>(first + t) / slowness;
      Scalar* row = table + t * 2 * period;
      row[j] = static_cast<Scalar>(std::cos(angle));
      row[period + j] = static_cast<Scalar>(j % 2 == 0 ? -std::sin(angle) : std::sin(angle));
    }
  }
}

void rotate(Index rows, Index columns, Index d, const Scalar* table, const Scalar* x, Scalar* y, Index ld,
            Turn turn) {
  if (turn == Turn::on)
    rotate_rows<Turn::on>(rows, columns, period_of(d), table, x, y, ld);
  else
    rotate_rows<Turn::back>(rows, columns, period_of(d), table, x, y, ld);
}

}  // namespace orochi::kernels
