#include <cmath>

#include "core/kernels/lanes.hpp"

namespace orochi::kernels {

void add_scaled(Index n, Scalar a, const Scalar* x, Scalar* y) {
  const Scalar* __restrict__ from = x;
  Scalar* __restrict__ to = y;
  for (Index i = 0; i < n; ++i) to[i] += a * from[i];
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
