#include "layers/activation.hpp"

#include <orochi/error.hpp>
#include <string>

#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

/// y = f(x) element by element; the way back multiplies by f'(x).
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

Var add(Var a, Var b) {
  if (a.rows() != b.rows() || a.cols() != b.cols())
    throw failure("add: the one is [" + std::to_string(a.rows()) + ", " + std::to_string(a.cols()) +
                  "], the other [" + std::to_string(b.rows()) + ", " + std::to_string(b.cols()) +
                  "]; expected two of one shape");
  Var y = a.tape().result(a.rows(), a.cols());  // [N, C]
  kernels::add(y.rows() * y.cols(), a.data(), b.data(), y.data());
  y.pullback([=] {
    a.add_grad(y.grad());
    y.pass_grad(b);
  });
  return y;
}

}  // namespace orochi
