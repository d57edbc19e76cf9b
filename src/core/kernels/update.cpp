#include <cmath>

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {

void add_scaled(Index n, Scalar a, const Scalar* x, Scalar* y) {
  const Scalar* __restrict__ from = x;
  Scalar* __restrict__ to = y;
  for (Index i = 0; i < n; ++i) to[i] += a * from[i];
}

namespace {

constexpr Index rows_at_once = 8;  // summed in registers before the total is touched

/// out[N] (+)= sums over the columns, row(r, j, count) being 16 of row r.
template <class Row>
void sum_rows(Index m, Index n, Scalar* out, bool accumulate, Row row) {
  if (!accumulate) std::fill_n(out, n, Scalar(0));
  for (Index first = 0; first < m; first += rows_at_once) {
    const Index last = std::min(first + rows_at_once, m);
    for_blocks(n, [=](Index j, Index count) {
      Block sum = load(count, out + j);
      for (Index r = first; r < last; ++r) {
        const Block x = row(r, j, count);
        for (Index i = 0; i < lane_count; ++i) sum.lane[i] += x.lane[i];
      }
      store(count, sum, out + j);
    });
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

void adam_update(Index n, const AdamStep& step, const Scalar* g, Scalar* w, Scalar* m, Scalar* v) {
  const Scalar* __restrict__ gradient = g;
  Scalar* __restrict__ weight = w;
  Scalar* __restrict__ first = m;
  Scalar* __restrict__ second = v;
  const AdamStep s = step;
  const Scalar shrink = s.decoupled ? Scalar(1) - s.learning_rate * s.weight_decay : Scalar(1);
  const Scalar decay = s.decoupled ? Scalar(0) : s.weight_decay;
  const Scalar rate = s.learning_rate / s.correction1;
  const Scalar root = Scalar(1) / std::sqrt(s.correction2);
  for (Index i = 0; i < n; ++i) {
    const Scalar slope = gradient[i] * s.grad_scale + decay * weight[i];
    const Scalar mean = s.beta1 * first[i] + (Scalar(1) - s.beta1) * slope;
    const Scalar square = s.beta2 * second[i] + (Scalar(1) - s.beta2) * slope * slope;
    first[i] = mean;
    second[i] = square;
    weight[i] = weight[i] * shrink - rate * mean / (std::sqrt(square) * root + s.epsilon);
  }
}

void sgd_update(Index n, Scalar learning_rate, Scalar momentum, Scalar weight_decay, Scalar grad_scale,
                const Scalar* g, Scalar* w, Scalar* v) {
  const Scalar* __restrict__ gradient = g;
  Scalar* __restrict__ weight = w;
  Scalar* __restrict__ velocity = v;
  for (Index i = 0; i < n; ++i) {
    const Scalar speed = momentum * velocity[i] + gradient[i] * grad_scale + weight_decay * weight[i];
    velocity[i] = speed;
    weight[i] -= learning_rate * speed;
  }
}

}  // namespace orochi::kernels
