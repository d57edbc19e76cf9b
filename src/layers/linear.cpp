#include "layers/linear.hpp"

#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "layers/dropout.hpp"
#include "layers/operation_error.hpp"
#include "layers/weight_products.hpp"

namespace orochi {
namespace {

/// Rows of a product that its tail goes over while they are in the cache; of a large weight every pass over
/// it counts more.
Index block_rows(Parameter weight) { return weight.rows * weight.cols > 131072 ? 1024 : 96; }

double bytes_of(Index n) { return static_cast<double>(n) * sizeof(Scalar); }

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
    kernels::activate_with_slope(tail.activation, n, y.data() + at, slope + at, drop);
  else
    kernels::activate(tail.activation, n, y.data() + at);
  if (tail.residual != nullptr) kernels::add(n, y.data() + at, tail.residual->data() + at, y.data() + at);
}

/// db and dz [N, out], the gradient of the product, from that of y. Without a residual nobody needs dy
/// afterwards, and dz takes its place.
const Scalar* tail_backward(Var y, const Scalar* slope, bool residual, Parameter bias, Scratch& scratch) {
  Tape& tape = y.tape();
  const Index n = y.rows(), out = y.cols();
  const Measure measure(tape.profile(), "activation, dropout, residual", Pass::backward, 0,
                        bytes_of((slope != nullptr ? 3 : 1) * n * out));
  const GradientTarget db =
      bias.id >= 0 ? tape.grad_target(bias) : GradientTarget{scratch.scalars(out), false};
  if (slope == nullptr) {
    kernels::column_sums(n, out, {y.grad().data(), out}, db.data, db.accumulate);
    return y.grad().data();
  }
  Scalar* dz = residual ? scratch.scalars(n * out) : y.grad_target().data;
  kernels::scaled_column_sums(n, out, y.grad().data(), slope, dz, db.data, db.accumulate);
  return dz;
}

void check_shapes(Var x, Parameter weight, const Parameter* bias, const Tail& tail) {
  const Index in = weight.cols, out = weight.rows;
  if (x.cols() != in)
    throw operation_error("linear", std::to_string(in) + " columns, as the weight has", shape_text(x));
  if (bias != nullptr && bias->rows * bias->cols != out)
    throw operation_error("linear", "a bias of " + std::to_string(out) + " numbers",
                          std::to_string(bias->rows * bias->cols));
  const Var* residual = tail.residual;
  if (residual != nullptr && (residual->rows() != x.rows() || residual->cols() != out))
    throw operation_error("linear", "a residual of " + shape_text(x.rows(), out), shape_text(*residual));
}

}  // namespace

Var linear(Var x, Parameter weight, const Parameter* bias, const Tail& tail, const Batch& batch) {
  check_shapes(x, weight, bias, tail);
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
  y.pullback([=] {
    Scratch scratch(y.tape());
    const bool has_residual = residual.data() != y.data();
    multiply_weight_backward(x, weight, tail_backward(y, slope, has_residual, bias_handle, scratch));
    if (has_residual) y.pass_grad(residual);
  });
  return y;
}

Var linear(Var x, Parameter weight, const Parameter* bias) { return linear(x, weight, bias, {}, {}); }

Linear::Linear(Builder& builder, Index out)
    : weight_(builder.weight("weight", out, builder.width())), bias_(builder.vector("bias", out)) {}

Var Linear::forward(Var x, const Batch&) const { return linear(x, weight_, &bias_); }

}  // namespace orochi
