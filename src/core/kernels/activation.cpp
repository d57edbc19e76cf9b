#include "core/kernels/lanes.hpp"
#include "core/kernels/vector_math.hpp"

namespace orochi::kernels {
namespace {

constexpr Scalar cubic = Scalar(0.044715);                            // Hendrycks & Gimpel 2016
constexpr Scalar twice_root = Scalar(2 * 0.79788456080286535587989);  // 2 sqrt(2 / pi)
constexpr Scalar largest_square = Scalar(1e30);

/// (1 + tanh(u)) / 2 = sigmoid(2 u) saves the tanh.
Scalar gelu_tanh_gate(Scalar x) { return sigmoid(twice_root * x * (Scalar(1) + cubic * x * x)); }

/// Each function with its slope. Comparisons are written so that NaN stays NaN.
struct Point {
  Scalar value, slope;
};
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
    const Scalar gate = sigmoid(x);
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
    const Scalar gate = sigmoid(x);
    return {gate, gate * sigmoid(-x)};
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
void apply_with_slope(Index n, Scalar* y, Scalar* slope, bool keep) {
  for_blocks(n, [=](Index j, Index count) {
    Block value = load(count, y + j), change;
    for (Index i = 0; i < lane_count; ++i) {
      const Point at = F()(value.lane[i]);
      value.lane[i] = at.value;
      change.lane[i] = at.slope;
    }
    if (keep) {
      const Block factor = load(count, slope + j);
      for (Index i = 0; i < lane_count; ++i) value.lane[i] *= factor.lane[i];
      for (Index i = 0; i < lane_count; ++i) change.lane[i] *= factor.lane[i];
    }
    store(count, value, y + j);
    store(count, change, slope + j);
  });
}

template <class F>
void apply_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  map_elements(
      n, dx, accumulate, [](Scalar v, Scalar d) { return d * F()(v).slope; }, x, dy);
}

template <class F>
void apply_to(Index n, const Scalar* x, Scalar* y) {
  map_elements(
      n, y, [](Scalar v) { return F()(v).value; }, x);
}

}  // namespace

void relu(Index n, const Scalar* x, Scalar* y) { apply_to<Relu>(n, x, y); }
void gelu(Index n, const Scalar* x, Scalar* y) { apply_to<Gelu>(n, x, y); }
void gelu_tanh(Index n, const Scalar* x, Scalar* y) { apply_to<GeluTanh>(n, x, y); }
void silu(Index n, const Scalar* x, Scalar* y) { apply_to<Silu>(n, x, y); }
void exp(Index n, const Scalar* x, Scalar* y) { apply_to<Exp>(n, x, y); }
void sigmoid(Index n, const Scalar* x, Scalar* y) { apply_to<Sigmoid>(n, x, y); }
void tanh(Index n, const Scalar* x, Scalar* y) { apply_to<Tanh>(n, x, y); }
void elu(Index n, const Scalar* x, Scalar* y) { apply_to<Elu>(n, x, y); }

void relu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<Relu>(n, x, dy, dx, accumulate);
}
void gelu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<Gelu>(n, x, dy, dx, accumulate);
}
void gelu_tanh_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<GeluTanh>(n, x, dy, dx, accumulate);
}
void silu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<Silu>(n, x, dy, dx, accumulate);
}
void exp_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<Exp>(n, x, dy, dx, accumulate);
}
void sigmoid_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<Sigmoid>(n, x, dy, dx, accumulate);
}
void tanh_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<Tanh>(n, x, dy, dx, accumulate);
}
void elu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
  apply_backward<Elu>(n, x, dy, dx, accumulate);
}

void activate(Elementwise f, Index n, Scalar* y) {
  switch (f) {
    case Elementwise::identity:
      return;
    case Elementwise::relu:
      return relu(n, y, y);
    case Elementwise::gelu:
      return gelu(n, y, y);
    case Elementwise::gelu_tanh:
      return gelu_tanh(n, y, y);
    case Elementwise::silu:
      return silu(n, y, y);
  }
}

void activate_with_slope(Elementwise f, Index n, Scalar* y, Scalar* slope, bool keep) {
  switch (f) {
    case Elementwise::identity:
      return keep ? multiply(n, y, slope, y) : static_cast<void>(std::fill_n(slope, n, Scalar(1)));
    case Elementwise::relu:
      return apply_with_slope<Relu>(n, y, slope, keep);
    case Elementwise::gelu:
      return apply_with_slope<Gelu>(n, y, slope, keep);
    case Elementwise::gelu_tanh:
      return apply_with_slope<GeluTanh>(n, y, slope, keep);
    case Elementwise::silu:
      return apply_with_slope<Silu>(n, y, slope, keep);
  }
}

void multiply(Index n, const Scalar* a, const Scalar* b, Scalar* out) {
  map_elements(
      n, out, [](Scalar v, Scalar w) { return v * w; }, a, b);
}

void add(Index n, const Scalar* a, const Scalar* b, Scalar* out) {
  map_elements(
      n, out, [](Scalar v, Scalar w) { return v + w; }, a, b);
}

}  // namespace orochi::kernels
