#include "core/kernels/row_sum.hpp"

#include "core/kernels/vectors.hpp"

namespace orochi::kernels {
namespace {

constexpr Index wide_length = vector_bytes / static_cast<Index>(sizeof(double));
using Wide = double __attribute__((vector_size(vector_bytes)));
using Narrow = Scalar __attribute__((vector_size(static_cast<std::size_t>(wide_length) * sizeof(Scalar))));

[[gnu::always_inline]] inline Wide load_wide(const Scalar* from) {
  Narrow v;
  std::memcpy(&v, from, sizeof v);
  return __builtin_convertvector(v, Wide);
}

/// `vectors` x wide_length columns, whose sums stay in registers.
template <Index vectors>
void sum_columns(Index first, const Scalar* start, std::span<const Scalar* const> rows, Scalar* out) {
  Wide sum[vectors];
  for (Index i = 0; i < vectors; ++i)
    sum[i] = start == nullptr ? Wide{} : load_wide(start + first + i * wide_length);
  for (const Scalar* row : rows)
    for (Index i = 0; i < vectors; ++i) sum[i] += load_wide(row + first + i * wide_length);
  for (Index i = 0; i < vectors; ++i) {
    const Narrow v = __builtin_convertvector(sum[i], Narrow);
    std::memcpy(out + first + i * wide_length, &v, sizeof v);
  }
}

}  // namespace

void sum_rows_at(Index c, const Scalar* start, std::span<const Scalar* const> rows, Scalar* out) {
  if (start == nullptr && rows.size() == 1) {  // most tokens of a batch; 0 + x needs no double
    for (Index j = 0; j < c; ++j) out[j] = Scalar(0) + rows.front()[j];  // the 0 turns -0 into 0
    return;
  }
  Index first = 0;
  for (; first + 8 * wide_length <= c; first += 8 * wide_length) sum_columns<8>(first, start, rows, out);
  for (; first + 2 * wide_length <= c; first += 2 * wide_length) sum_columns<2>(first, start, rows, out);
  for (; first < c; ++first) {
    double sum = start == nullptr ? 0.0 : static_cast<double>(start[first]);
    for (const Scalar* row : rows) sum += static_cast<double>(row[first]);
    out[first] = static_cast<Scalar>(sum);
  }
}

}  // namespace orochi::kernels
