#include <cmath>
#include <limits>

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {

void add_scaled(Index n, Scalar a, const Scalar* x, Scalar* y) {
  const Scalar* __restrict__ from = x;
  Scalar* __restrict__ to = y;
  for (Index i = 0; i < n; ++i) to[i] += a * from[i];
}

namespace {

constexpr Index rows_at_once = 16;      // summed in registers before the total is touched
constexpr Index columns_at_once = 512;  // whose totals stay in the first cache, with what their rounding lost

/// out[N] (+)= sums over the columns, row(r, j, count) being 16 of row r.
template <class Row>
void sum_rows(Index m, Index n, Scalar* out, bool accumulate, Row row) {
  if (!accumulate) std::fill_n(out, n, Scalar(0));
  for (Index left = 0; left < n; left += columns_at_once) {
    const Index width = std::min(columns_at_once, n - left);
    alignas(64) Scalar lost[columns_at_once];
    std::fill_n(lost, width, Scalar(0));
    for (Index first = 0; first < m; first += rows_at_once) {
      const Index last = std::min(first + rows_at_once, m);
      for_blocks(width, [=, &lost](Index j, Index count) {
        Lanes sums(0);
        for (Index r = first; r < last; ++r) sums.add(row(r, left + j, count));
        add_compensated(count, sums.block(), out + left + j, lost + j);
      });
    }
  }
}

}  // namespace

void column_sums(Index m, Index n, Operand x, Scalar* out, bool accumulate) {
  sum_rows(m, n, out, accumulate,
           [=](Index r, Index j, Index count) { return load(count, x.data + r * x.ld + j); });
}

void scaled_column_sums(Index m, Index n, const Scalar* dy, const Scalar* slope, Scalar* dx, Scalar* out,
                        bool accumulate) {
  sum_rows(m, n, out, accumulate, [=](Index r, Index j, Index count) {
    Block x = load(count, dy + r * n + j);
    const Block factor = load(count, slope + r * n + j);
    for (Index i = 0; i < lane_count; ++i) x.lane[i] *= factor.lane[i];
    store(count, x, dx + r * n + j);
    return x;
  });
}

void weighted_column_sums(Index m, Index n, Operand x, const Scalar* weights, Scalar* out, bool accumulate) {
  sum_rows(m, n, out, accumulate, [=](Index r, Index j, Index count) {
    Block block = load(count, x.data + r * x.ld + j);
    const Scalar weight = weights[r];
    for (Index i = 0; i < lane_count; ++i) block.lane[i] *= weight;
    return block;
  });
}

double sum_of_squares(Index n, const Scalar* x) {
  double sums[lane_count] = {};
  Index j = 0;
  for (; j + lane_count <= n; j += lane_count)
    for (Index i = 0; i < lane_count; ++i)
      sums[i] += static_cast<double>(x[j + i]) * static_cast<double>(x[j + i]);
  for (Index i = 0; j + i < n; ++i) sums[i] += static_cast<double>(x[j + i]) * static_cast<double>(x[j + i]);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

namespace {

/// Numbers below the smallest normal one become 0: a moment without gradients would come to rest there, where
/// processors are slow. NaN stays.
Scalar flush(Scalar x) { return std::abs(x) < std::numeric_limits<Scalar>::min() ? Scalar(0) : x; }

/// keep a + share b, where keep + share = 1. The one near 1 has too few digits: it counts as 1 less the
/// other.
Scalar mix(Scalar keep, Scalar a, Scalar share, Scalar b) {
  return share < Scalar(0.5) ? a + share * (b - a) : b - keep * (b - a);
}

}  // namespace

void adam_update(Index n, const AdamStep& step, const Scalar* g, Scalar* w, Scalar* m, Scalar* v) {
  const Scalar* __restrict__ gradient = g;
  Scalar* __restrict__ weight = w;
  Scalar* __restrict__ first = m;
  Scalar* __restrict__ second = v;
  const AdamStep s = step;
  for (Index i = 0; i < n; ++i) {
    const Scalar slope = gradient[i] * s.grad_scale + s.decay * weight[i];
    const Scalar mean = flush(mix(s.beta1, first[i], s.share1, slope));
    const Scalar square = flush(mix(s.beta2, second[i], s.share2, slope * slope));
    first[i] = mean;
    second[i] = square;
    // Divided first: rate times a mean that will soon be flushed is below the smallest normal number.
    weight[i] = weight[i] * s.shrink - s.rate * (mean / (std::sqrt(square) * s.root + s.epsilon));
  }
}

void sgd_update(Index n, Scalar learning_rate, Scalar momentum, Scalar weight_decay, Scalar grad_scale,
                const Scalar* g, Scalar* w, Scalar* v) {
  const Scalar* __restrict__ gradient = g;
  Scalar* __restrict__ weight = w;
  Scalar* __restrict__ velocity = v;
  for (Index i = 0; i < n; ++i) {
    const Scalar speed = flush(momentum * velocity[i] + gradient[i] * grad_scale + weight_decay * weight[i]);
    velocity[i] = speed;
    weight[i] -= learning_rate * speed;
  }
}

}  // namespace orochi::kernels
