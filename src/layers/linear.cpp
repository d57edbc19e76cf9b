#include "layers/linear.hpp"

#include "core/kernels/kernels.hpp"

namespace orochi {

using kernels::Engine;
using kernels::Operand;

Var linear(Var x, Parameter weight, const Parameter* bias) {
  Tape& tape = x.tape();
  const Index n = x.rows(), in = weight.cols, out = weight.rows;
  const Engine engine = static_cast<Engine>(tape.engine());
  const Operand w{tape.value(weight).data(), in};  // [out, in]
  Var y = tape.result(n, out);                     // [N, out]
  kernels::gemm_nt(engine, n, out, in, {x.data(), in}, w, y.data(), out, false,
                   bias != nullptr ? tape.value(*bias).data() : nullptr);

  const Parameter b = bias != nullptr ? *bias : Parameter{};
  y.pullback([=, &tape] {
    const Operand dy{y.grad().data(), out};  // [N, out]
    const GradientTarget dw = tape.grad_target(weight);
    kernels::gemm_tn(engine, out, in, n, dy, {x.data(), in}, dw.data, in, dw.accumulate);
    if (b.id >= 0) {
      const GradientTarget db = tape.grad_target(b);
      kernels::column_sums(n, out, dy, db.data, db.accumulate);
    }
    if (!x.needs_grad()) return;
    const GradientTarget dx = x.grad_target();
    kernels::gemm_nn(engine, n, in, out, dy, w, dx.data, in, dx.accumulate);
  });
  return y;
}

Linear::Linear(Builder& builder, Index out)
    : weight_(builder.weight("weight", out, builder.width())), bias_(builder.vector("bias", out)) {}

Var Linear::forward(Var x, const Batch&) const { return linear(x, weight_, &bias_); }

}  // namespace orochi
