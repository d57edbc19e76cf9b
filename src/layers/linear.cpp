#include "layers/linear.hpp"

#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "core/kernels/panels.hpp"
#include "core/packed_weights.hpp"
#include "layers/dropout.hpp"

namespace orochi {
namespace {

using kernels::Engine;
using kernels::Function;
using kernels::Operand;

/// Rows of a product that its tail goes over while they are in the cache; of a large weight every pass over
/// it counts more.
Index block_rows(Parameter weight) { return weight.rows * weight.cols > 131072 ? 1024 : 96; }

double bytes_of(Index n) { return static_cast<double>(n) * sizeof(Scalar); }

Function function_of(Elementwise f) {
  switch (f) {
    case Elementwise::identity:
      return Function::identity;
    case Elementwise::relu:
      return Function::relu;
    case Elementwise::gelu:
      return Function::gelu;
    case Elementwise::gelu_tanh:
      return Function::gelu_tanh;
    case Elementwise::silu:
      return Function::silu;
  }
  return Function::identity;
}

/// Multiply-adds of one product, two each, and the memory that it has to touch.
Measure measure_products(const Tape& tape, Pass pass, Index products, Index n, Parameter weight) {
  const Index in = weight.cols, out = weight.rows;
  return {tape.profile(), "linear", pass, 2.0 * static_cast<double>(products * n * in * out),
          static_cast<double>(products) * bytes_of(n * in + n * out + in * out)};
}

/// y = x W^T + b for n rows.
void multiply_weight(const Tape& tape, Parameter weight, const Scalar* bias, Index n, const Scalar* x,
                     Scalar* y) {
  const Measure measure = measure_products(tape, Pass::forward, 1, n, weight);
  const Index in = weight.cols, out = weight.rows;
  const Scalar* packed = tape.packed() != nullptr ? tape.packed()->find(weight) : nullptr;
  if (packed != nullptr) {
    kernels::multiply_panels(n, out, in, {x, in, 1}, {packed, in}, y, out, false, bias);
  } else {
    const Operand w{tape.value(weight).data(), in};  // [out, in]
    kernels::gemm_nt(static_cast<Engine>(tape.engine()), n, out, in, {x, in}, w, y, out, false, bias);
  }
}

/// The tail on y's rows first .. last - 1, which hold the product; `slope` [N, out]: d y / d product, or
/// null.
void finish_rows(Var y, const Tail& tail, const Batch& batch, Index first, Index last, Scalar* slope) {
  if (slope == nullptr && tail.activation == Elementwise::identity && tail.residual == nullptr) return;
  const Index out = y.cols(), n = (last - first) * out, at = first * out;
  const Measure measure(y.tape().profile(), "activation, dropout, residual", Pass::forward, 0,
                        bytes_of(n * (2 + (slope != nullptr) + (tail.residual != nullptr))));
  const bool drop = slope != nullptr && tail.dropout > 0;
  if (drop)
    row_dropout_factors(batch, first, last, out, tail.dropout, y.tape().random_key(), tail.site, slope + at);
  if (slope != nullptr)
    kernels::activate_with_slope(function_of(tail.activation), n, y.data() + at, slope + at, drop);
  else
    kernels::activate(function_of(tail.activation), n, y.data() + at);
  if (tail.residual != nullptr) kernels::add(n, y.data() + at, tail.residual->data() + at, y.data() + at);
}

/// dx, dW and db from dz [N, out], the gradient of the product.
void product_backward(Var x, Parameter weight, Parameter bias, const Scalar* dz) {
  Tape& tape = x.tape();
  const Engine engine = static_cast<Engine>(tape.engine());
  const Index n = x.rows(), in = weight.cols, out = weight.rows;
  const Measure measure = measure_products(tape, Pass::backward, x.needs_grad() ? 2 : 1, n, weight);
  const GradientTarget dw = tape.grad_target(weight);
  kernels::gemm_tn(engine, out, in, n, {dz, out}, {x.data(), in}, dw.data, in, dw.accumulate);
  if (bias.id >= 0) {
    const GradientTarget db = tape.grad_target(bias);
    kernels::column_sums(n, out, {dz, out}, db.data, db.accumulate);
  }
  if (!x.needs_grad()) return;
  const GradientTarget dx = x.grad_target();
  kernels::gemm_nn(engine, n, in, out, {dz, out}, {tape.value(weight).data(), in}, dx.data, in,
                   dx.accumulate);
}

}  // namespace

Var linear(Var x, Parameter weight, const Parameter* bias, const Tail& tail, const Batch& batch) {
  Tape& tape = x.tape();
  const Index n = x.rows(), in = weight.cols, out = weight.rows;
  const bool curved = tail.activation != Elementwise::identity || tail.dropout > 0;
  Var y = tape.result(n, out);                                                   // [N, out]
  Scalar* slope = curved && tape.training() ? tape.allocate(n * out) : nullptr;  // [N, out]
  const Scalar* b = bias != nullptr ? tape.value(*bias).data() : nullptr;
  const Index step = block_rows(weight);
  for (Index first = 0; first < n; first += step) {
    const Index last = std::min(first + step, n);
    multiply_weight(tape, weight, b, last - first, x.data() + first * in, y.data() + first * out);
    finish_rows(y, tail, batch, first, last, slope);
  }

  const Parameter bias_handle = bias != nullptr ? *bias : Parameter{};
  const Var residual = tail.residual != nullptr ? *tail.residual : y;
  y.pullback([=, &tape] {
    Scratch scratch(tape);
    const Scalar* dz = y.grad().data();  // [N, out]
    if (slope != nullptr) {
      const Measure measure(tape.profile(), "activation, dropout, residual", Pass::backward, 0,
                            bytes_of(3 * n * out));
      Scalar* product = scratch.scalars(n * out);
      kernels::multiply(n * out, dz, slope, product);
      dz = product;
    }
    product_backward(x, weight, bias_handle, dz);
    if (residual.data() != y.data()) y.pass_grad(residual);
  });
  return y;
}

Var linear(Var x, Parameter weight, const Parameter* bias) { return linear(x, weight, bias, {}, {}); }

Linear::Linear(Builder& builder, Index out)
    : weight_(builder.weight("weight", out, builder.width())), bias_(builder.vector("bias", out)) {}

Var Linear::forward(Var x, const Batch&) const { return linear(x, weight_, &bias_); }

}  // namespace orochi
