#include "layers/norm.hpp"

#include "core/kernels/kernels.hpp"
#include "layers/operation_error.hpp"

namespace orochi {
namespace {

void check_columns(const char* operation, Var x, Parameter p) {
  if (p.rows * p.cols != x.cols())
    throw operation_error(operation, std::to_string(p.rows * p.cols) + " columns, as its parameters have",
                          shape_text(x));
}

}  // namespace

Var layer_norm(Var x, Parameter weight, Parameter bias, double eps) {
  check_columns("layer_norm", x, weight);
  check_columns("layer_norm", x, bias);
  Tape& tape = x.tape();
  const Index n = x.rows(), c = x.cols();
  const double bytes = 2.0 * static_cast<double>(n * c) * sizeof(Scalar);
  const Measure measure(tape.observer(), "norm", Pass::forward, 0, bytes);
  Var y = tape.result(n, c);                    // [N, C]
  Scalar* mean = tape.allocate(2 * n);          // [N, 2]
  Scalar* rstd = tape.allocate(n);              // [N]
  const Scalar* w = tape.value(weight).data();  // [C]
  kernels::layer_norm(n, c, x.data(), w, tape.value(bias).data(), static_cast<Scalar>(eps), y.data(), mean,
                      rstd);
  y.pullback([=] {
    const Measure back(y.tape().observer(), "norm", Pass::backward, 0, 2 * bytes);
    const GradientTarget dw = y.tape().grad_target(weight), db = y.tape().grad_target(bias);
    Scratch scratch(y.tape());
    const GradientTarget dx =
        x.needs_grad() ? x.grad_target() : GradientTarget{scratch.scalars(n * c), false};
    kernels::layer_norm_backward(n, c, x.data(), w, mean, rstd, y.grad().data(), dx.data, dx.accumulate,
                                 dw.data, dw.accumulate, db.data, db.accumulate, scratch.scalars(2 * c));
  });
  return y;
}

Var rms_norm(Var x, Parameter weight, double eps) {
  check_columns("rms_norm", x, weight);
  Tape& tape = x.tape();
  const Index n = x.rows(), c = x.cols();
  const double bytes = 2.0 * static_cast<double>(n * c) * sizeof(Scalar);
  const Measure measure(tape.observer(), "norm", Pass::forward, 0, bytes);
  Var y = tape.result(n, c);                    // [N, C]
  Scalar* rrms = tape.allocate(n);              // [N]
  const Scalar* w = tape.value(weight).data();  // [C]
  kernels::rms_norm(n, c, x.data(), w, static_cast<Scalar>(eps), y.data(), rrms);
  y.pullback([=] {
    const Measure back(y.tape().observer(), "norm", Pass::backward, 0, 2 * bytes);
    const GradientTarget dw = y.tape().grad_target(weight);
    Scratch scratch(y.tape());
    const GradientTarget dx =
        x.needs_grad() ? x.grad_target() : GradientTarget{scratch.scalars(n * c), false};
    kernels::rms_norm_backward(n, c, x.data(), w, rrms, y.grad().data(), dx.data, dx.accumulate, dw.data,
                               dw.accumulate, scratch.scalars(c));
  });
  return y;
}

LayerNorm::LayerNorm(Builder& builder)
    : weight_(builder.vector("weight", builder.width(), Init::ones())),
      bias_(builder.vector("bias", builder.width())),
      eps_(builder.model().layer_norm_eps) {}

Rows LayerNorm::forward(const Rows& x) const { return x.with(layer_norm(x.values, weight_, bias_, eps_)); }

RmsNorm::RmsNorm(Builder& builder)
    : weight_(builder.vector("weight", builder.width(), Init::ones())),
      eps_(builder.model().layer_norm_eps) {}

Rows RmsNorm::forward(const Rows& x) const { return x.with(rms_norm(x.values, weight_, eps_)); }

}  // namespace orochi
