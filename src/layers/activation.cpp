#include "layers/activation.hpp"

#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

/// y = f(x) element by element; the backward pass multiplies by f'(x).
template <void (*value)(Index, const Scalar*, Scalar*),
          void (*derivative)(Index, const Scalar*, const Scalar*, Scalar*, bool)>
Var element_wise(Var x) {
  const Index size = x.rows() * x.cols();
  Profile* profile = x.tape().profile();
  const double bytes = 2.0 * static_cast<double>(size) * sizeof(Scalar);
  const Measure measure(profile, "activation", Pass::forward, 0, bytes);
  Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
  value(size, x.data(), y.data());
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(profile, "activation", Pass::backward, 0, 1.5 * bytes);
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
Var elu(Var x) { return element_wise<kernels::elu, kernels::elu_backward>(x); }
Var exp(Var x) { return element_wise<kernels::exp, kernels::exp_backward>(x); }
Var sigmoid(Var x) { return element_wise<kernels::sigmoid, kernels::sigmoid_backward>(x); }
Var tanh(Var x) { return element_wise<kernels::tanh, kernels::tanh_backward>(x); }

Var apply(Elementwise function, Var x) {
  switch (function) {
    case Elementwise::identity:
      return x;
    case Elementwise::relu:
      return relu(x);
    case Elementwise::gelu:
      return gelu(x);
    case Elementwise::gelu_tanh:
      return gelu_tanh(x);
    case Elementwise::silu:
      return silu(x);
  }
  return x;
}

}  // namespace orochi
