// SwiGLU feed-forward (Shazeer 2020): (silu(x G^T) * x V^T) O^T, with a hand-written backward pass.
#include <cmath>

#include <orochi/ops.hpp>

#include "extensions.hpp"

using namespace orochi;

namespace {

Scalar sigmoid(Scalar a) { return 1 / (1 + std::exp(-a)); }

class SwiGlu : public Layer {
 public:
  explicit SwiGlu(Builder& builder)
      : f_(builder.model().dim_feedforward > 0 ? builder.model().dim_feedforward : 8 * builder.width() / 3),
        input_(builder.fused({"gate.weight", "value.weight"}, f_, builder.width(), Init::xavier_uniform())),
        output_(builder.weight("output.weight", builder.width(), f_)) {}

  Rows forward(const Rows& x) const override {
    const Var in = linear(x.values, input_);       // [N, 2 F]: gates, values
    const Var y = x.tape().result(in.rows(), f_);  // [N, F]
    for (Index i = 0; i < y.rows(); ++i)
      for (Index j = 0; j < f_; ++j)
        y.value()(i, j) = in.value()(i, j) * sigmoid(in.value()(i, j)) * in.value()(i, f_ + j);
    y.pullback([=, f = f_] {
      MatrixMap din = in.grad_sum();
      for (Index i = 0; i < y.rows(); ++i)
        for (Index j = 0; j < f; ++j) {
          const Scalar a = in.value()(i, j), s = sigmoid(a), dy = y.grad()(i, j);
          din(i, j) += dy * in.value()(i, f + j) * s * (1 + a * (1 - s));
          din(i, f + j) += dy * a * s;
        }
    });
    return x.with(linear(y, output_));
  }

 private:
  Index f_;
  Parameter input_, output_;  // [2 F, C], [C, F]
};
}  // namespace

void add_swiglu(Layers& layers) { layers.add<SwiGlu>("swiglu", Role::rows, "gated feed-forward"); }
