#include <cmath>

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

class Activation : public Layer {
 public:
  explicit Activation(Elementwise function) : function_(function) {}
  Rows forward(const Rows& x) const override { return x.with(apply(function_, x.values)); }
  const Elementwise* elementwise() const override { return &function_; }

 private:
  Elementwise function_;
};

/// The derivative of log x is 1 / x.
Point logarithm(Scalar x) { return {std::log(x), 1 / x}; }

}  // namespace

/// y = f(x) element by element; the backward pass multiplies by f'(x).
Var apply(const Elementwise& function, Var x) {
  const Index size = x.rows() * x.cols();
  Observer* observer = x.tape().observer();
  const double bytes = 2.0 * static_cast<double>(size) * sizeof(Scalar);
  const Measure measure(observer, "activation", Pass::forward, 0, bytes);
  Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
  function.value(size, x.data(), y.data());
  const auto backward = function.backward;
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(observer, "activation", Pass::backward, 0, 1.5 * bytes);
    const GradientTarget dx = x.grad_target();
    backward(size, x.data(), y.grad().data(), dx.data, dx.accumulate);
  });
  return y;
}

Var relu(Var x) { return apply(kernels::relu, x); }
Var gelu(Var x) { return apply(kernels::gelu, x); }
Var gelu_tanh(Var x) { return apply(kernels::gelu_tanh, x); }
Var silu(Var x) { return apply(kernels::silu, x); }
Var elu(Var x) { return apply(kernels::elu, x); }
Var exp(Var x) { return apply(kernels::exp, x); }
Var log(Var x) { return apply(elementwise<logarithm>(), x); }
Var sigmoid(Var x) { return apply(kernels::sigmoid, x); }
Var tanh(Var x) { return apply(kernels::tanh, x); }

void Layers::add_activation(std::string name, std::string summary, Elementwise function) {
  add({.name = std::move(name),
       .role = Role::rows,
       .summary = std::move(summary),
       .make = [function](Builder&) { return std::make_unique<Activation>(function); },
       .keeps_apart = true});
}

}  // namespace orochi
