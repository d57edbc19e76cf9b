#include "layers/linear.hpp"

#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "layers/bytes_of.hpp"
#include "layers/dropout.hpp"
#include "layers/operation_error.hpp"
#include "layers/weight_products.hpp"

namespace orochi {
namespace {

/// Rows of a product that its epilogue goes over while they are in the cache; of a large weight every pass
/// over it counts more.
Index block_rows(Parameter weight) { return weight.rows * weight.cols > 131072 ? 1024 : 96; }

/// The epilogue on y's rows first .. last - 1, which hold the product; `derivative` [N, out]: d y / d
/// product, or null.
void finish_rows(Var y, const Epilogue& epilogue, const Batch& batch, Index first, Index last,
                 Scalar* derivative) {
  if (derivative == nullptr && epilogue.activation == nullptr && epilogue.residual == nullptr) return;
  const Index out = y.cols(), n = (last - first) * out, at = first * out;
  const bool drop = derivative != nullptr && epilogue.dropout > 0;
  const Measure measure(y.tape().observer(), "activation, dropout, residual", Pass::forward, 0,
                        bytes_of(n * (2 + (derivative != nullptr) + (epilogue.residual != nullptr))), 0,
                        drop ? static_cast<double>(n) : 0);
  if (drop)
    row_dropout_factors(batch, first, last, out, epilogue.dropout, y.tape().context().key, epilogue.stream,
                        derivative + at);
  if (epilogue.activation == nullptr) {
    if (drop) kernels::multiply(n, y.data() + at, derivative + at, y.data() + at);
  } else if (derivative != nullptr) {
    epilogue.activation->with_derivative(n, y.data() + at, derivative + at, drop);
  } else {
    epilogue.activation->value(n, y.data() + at, y.data() + at);
  }
  if (epilogue.residual != nullptr)
    kernels::add(n, y.data() + at, epilogue.residual->data() + at, y.data() + at);
}

/// db and dz [N, out], the gradient of the product, from that of y. Without a residual nobody needs dy
/// afterwards, and dz takes its place.
const Scalar* epilogue_backward(Var y, const Scalar* derivative, bool residual, Parameter bias,
                                Scratch& scratch) {
  Tape& tape = y.tape();
  const Index n = y.rows(), out = y.cols();
  const Measure measure(tape.observer(), "activation, dropout, residual", Pass::backward, 0,
                        bytes_of((derivative != nullptr ? 3 : 1) * n * out));
  const GradientTarget db =
      bias.id >= 0 ? tape.grad_target(bias) : GradientTarget{scratch.scalars(out), false};
  if (derivative == nullptr) {
    kernels::column_sums(n, out, {y.grad().data(), out}, db.data, db.accumulate);
    return y.grad().data();
  }
  Scalar* dz = residual ? scratch.scalars(n * out) : y.grad_target().data;
  kernels::scaled_column_sums(n, out, y.grad().data(), derivative, dz, db.data, db.accumulate);
  return dz;
}

void check_shapes(Var x, Parameter weight, const Parameter* bias, const Epilogue& epilogue) {
  const Index in = weight.cols, out = weight.rows;
  if (x.cols() != in)
    throw operation_error("linear", std::to_string(in) + " columns, as the weight has", shape_text(x));
  if (bias != nullptr && bias->rows * bias->cols != out)
    throw operation_error("linear", "a bias of " + std::to_string(out) + " numbers",
                          std::to_string(bias->rows * bias->cols));
  const Var* residual = epilogue.residual;
  if (residual != nullptr && (residual->rows() != x.rows() || residual->cols() != out))
    throw operation_error("linear", "a residual of " + shape_text(x.rows(), out), shape_text(*residual));
}

}  // namespace

Var linear(Var x, Parameter weight, const Parameter* bias, const Epilogue& epilogue, const Batch& batch) {
  check_shapes(x, weight, bias, epilogue);
  Tape& tape = x.tape();
  const Index n = x.rows(), in = weight.cols, out = weight.rows;
  const bool curved = epilogue.activation != nullptr || epilogue.dropout > 0;
  Var y = tape.result(n, out);  // [N, out]
  tape.value(weight);           // before drops_out, which depends on it
  const Scalar* b = bias != nullptr ? tape.value(*bias).data() : nullptr;
  Scalar* derivative = curved && tape.drops_out() ? tape.allocate(n * out) : nullptr;  // [N, out]
  const Index step = block_rows(weight);
  for (Index first = 0; first < n; first += step) {
    const Index last = std::min(first + step, n);
    multiply_weight(tape, weight, b, last - first, x.data() + first * in, y.data() + first * out);
    finish_rows(y, epilogue, batch, first, last, derivative);
  }

  const Parameter bias_handle = bias != nullptr ? *bias : Parameter{};
  const Var residual = epilogue.residual != nullptr ? *epilogue.residual : y;
  y.pullback([=] {
    Scratch scratch(y.tape());
    const bool has_residual = residual.data() != y.data();
    multiply_weight_backward(x, weight, epilogue_backward(y, derivative, has_residual, bias_handle, scratch));
    if (has_residual) y.pass_grad(residual);
  });
  return y;
}

Var linear(Var x, Parameter weight, const Parameter* bias) { return linear(x, weight, bias, {}, {}); }

Linear::Linear(Builder& builder, Index out)
    : weight_(builder.weight("weight", out, builder.width())), bias_(builder.vector("bias", out)) {}

Rows Linear::forward(const Rows& x) const { return x.with(linear(x.values, weight_, &bias_)); }

}  // namespace orochi
