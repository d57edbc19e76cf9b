#include <orochi/ops.hpp>
#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

/// y = f(x) element by element; the way back multiplies by f'(x).
template <void (*value)(Index, const Scalar*, Scalar*),
          void (*derivative)(Index, const Scalar*, const Scalar*, Scalar*, bool)>
Var element_wise(Var x) {
  const Index size = x.rows() * x.cols();
  Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
  value(size, x.data(), y.data());
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const GradientTarget dx = x.grad_target();
    derivative(size, x.data(), y.grad().data(), dx.data, dx.accumulate);
  });
  return y;
}

}  // namespace

Var relu(Var x) { return element_wise<kernels::relu, kernels::relu_backward>(x); }
Var gelu(Var x) { return element_wise<kernels::gelu, kernels::gelu_backward>(x); }
Var gelu_tanh(Var x) { return element_wise<kernels::gelu_tanh, kernels::gelu_tanh_backward>(x); }
Var silu(Var x) { return element_wise<kernels::silu, kernels::silu_backward>(x); }

Var add(Var a, Var b) {
  Var y = a.tape().result(a.rows(), a.cols());  // [N, C]
  y.value() = a.value() + b.value();
  y.pullback([=] {
    a.add_grad(y.grad());
    b.add_grad(y.grad());
  });
  return y;
}

}  // namespace orochi
