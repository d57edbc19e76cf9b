#include "core/kernels/lanes.hpp"
#include "core/kernels/vector_math.hpp"

namespace orochi::kernels {
namespace {

constexpr Scalar cubic = Scalar(0.044715);                            // Hendrycks & Gimpel 2016
constexpr Scalar twice_root = Scalar(2 * 0.79788456080286535587989);  // 2 sqrt(2 / pi)
constexpr Scalar largest_square = Scalar(1e30);

/// (1 + tanh(u)) / 2 = sigmoid(2 u) saves the tanh.
Scalar gelu_tanh_gate(Scalar x) { return vsigmoid(twice_root * x * (Scalar(1) + cubic * x * x)); }

/// Each function with its derivative. Comparisons are written so that NaN stays NaN.
struct Relu {
  Point operator()(Scalar x) const { return {x < 0 ? Scalar(0) : x, x > 0 ? Scalar(1) : Scalar(0)}; }
};
struct Gelu {
  Point operator()(Scalar x) const {
    const Normal<Scalar> at = normal(x);
    return {x * at.cumulative, at.cumulative + x * at.density};
  }
};
struct GeluTanh {
  Point operator()(Scalar x) const {
    const Scalar gate = gelu_tanh_gate(x);
    // The derivative of the sigmoid's argument; bounded, as 0 times infinity would be NaN.
    const Scalar square = x * x, bounded = square > largest_square ? largest_square : square;
    const Scalar inner = twice_root * (Scalar(1) + 3 * cubic * bounded);
    return {x * gate, gate + x * gate * ((Scalar(1) - gate) * inner)};
  }
};
struct Silu {
  Point operator()(Scalar x) const {
    const Scalar gate = vsigmoid(x);
    return {x * gate, gate + x * gate * (Scalar(1) - gate)};
  }
};
struct Exp {
  Point operator()(Scalar x) const {
    const Scalar e = vexp(x);
    return {e, e};
  }
};
struct Sigmoid {
  Point operator()(Scalar x) const {
    const Scalar gate = vsigmoid(x);
    return {gate, gate * vsigmoid(-x)};
  }
};
struct Tanh {
  Point operator()(Scalar x) const {
    const Scalar t = vtanh(x);
    return {t, (Scalar(1) - t) * (Scalar(1) + t)};
  }
};
struct Elu {
  Point operator()(Scalar x) const {
    const Scalar below = vexpm1(x);
    return {x > 0 ? x : below, x > 0 ? Scalar(1) : below + Scalar(1)};
  }
};

template <class F>
void apply_with_derivative(Index n, Scalar* y, Scalar* derivative, bool factors) {
  for_blocks(n, [=](Index j, Index count) {
    Block value = load(count, y + j), change;
    for (Index i = 0; i < lane_count; ++i) {
      const Point at = F()(value.lane[i]);
      value.lane[i] = at.value;
      change.lane[i] = at.derivative;
    }
    if (factors) {
      const Block factor = load(count, derivative + j);
      for (Index i = 0; i < lane_count; ++i) value.lane[i] *= factor.lane[i];
      for (Index i = 0; i < lane_count; ++i) change.lane[i] *= factor.lane[i];
    }
    store(count, value, y + j);
    store(count, change, derivative + j);
  });
}

template <class F>
void apply_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  map_elements(
      n, dx, accumulate, [](Scalar v, Scalar d) { return d * F()(v).derivative; }, x, dy);
}

template <class F>
void apply_to(Index n, const Scalar* x, Scalar* y) {
  map_elements(
      n, y, [](Scalar v) { return F()(v).value; }, x);
}

template <class F>
constexpr Elementwise of() {
  return {apply_to<F>, apply_backward<F>, apply_with_derivative<F>};
}

}  // namespace

constinit const Elementwise relu = of<Relu>();
constinit const Elementwise gelu = of<Gelu>();
constinit const Elementwise gelu_tanh = of<GeluTanh>();
constinit const Elementwise silu = of<Silu>();
constinit const Elementwise exp = of<Exp>();
constinit const Elementwise sigmoid = of<Sigmoid>();
constinit const Elementwise tanh = of<Tanh>();
constinit const Elementwise elu = of<Elu>();

void multiply(Index n, const Scalar* a, const Scalar* b, Scalar* out) {
  map_elements(
      n, out, [](Scalar v, Scalar w) { return v * w; }, a, b);
}

void add(Index n, const Scalar* a, const Scalar* b, Scalar* out) {
  map_elements(
      n, out, [](Scalar v, Scalar w) { return v + w; }, a, b);
}

}  // namespace orochi::kernels
