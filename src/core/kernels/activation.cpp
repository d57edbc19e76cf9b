#include "core/kernels/lanes.hpp"
#include "core/kernels/vector_math.hpp"

namespace orochi::kernels {
namespace {

constexpr Scalar cubic = Scalar(0.044715);                            // Hendrycks & Gimpel 2016
constexpr Scalar twice_root = Scalar(2 * 0.79788456080286535587989);  // 2 sqrt(2 / pi)

/// (1 + tanh(u)) / 2 = sigmoid(2 u) saves the tanh.
Scalar gelu_tanh_gate(Scalar x) { return sigmoid(twice_root * x * (Scalar(1) + cubic * x * x)); }

}  // namespace

// Comparisons are written so that NaN stays NaN.
void relu(Index n, const Scalar* x, Scalar* y) {
  map_elements(
      n, y, [](Scalar v) { return v < 0 ? Scalar(0) : v; }, x);
}

void relu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  map_elements(
      n, dx, accumulate, [](Scalar v, Scalar d) { return v > 0 ? d : Scalar(0); }, x, dy);
}

void gelu(Index n, const Scalar* x, Scalar* y) {
  map_elements(
      n, y, [](Scalar v) { return v * normal(v).cumulative; }, x);
}

void gelu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  const auto slope = [](Scalar v, Scalar d) {
    const Normal<Scalar> at = normal(v);
    return d * (at.cumulative + v * at.density);
  };
  map_elements(n, dx, accumulate, slope, x, dy);
}

void gelu_tanh(Index n, const Scalar* x, Scalar* y) {
  map_elements(
      n, y, [](Scalar v) { return v * gelu_tanh_gate(v); }, x);
}

void gelu_tanh_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  const auto slope = [](Scalar v, Scalar d) {
    const Scalar gate = gelu_tanh_gate(v);
    const Scalar inner =
        twice_root * (Scalar(1) + 3 * cubic * v * v);  // derivative of the sigmoid's argument
    return d * gate * (Scalar(1) + v * (Scalar(1) - gate) * inner);
  };
  map_elements(n, dx, accumulate, slope, x, dy);
}

void silu(Index n, const Scalar* x, Scalar* y) {
  map_elements(
      n, y, [](Scalar v) { return v * sigmoid(v); }, x);
}

void silu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  const auto slope = [](Scalar v, Scalar d) {
    const Scalar gate = sigmoid(v);
    return d * gate * (Scalar(1) + v * (Scalar(1) - gate));
  };
  map_elements(n, dx, accumulate, slope, x, dy);
}

}  // namespace orochi::kernels
