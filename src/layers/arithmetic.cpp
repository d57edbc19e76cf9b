#include <orochi/elementwise_ops.hpp>

#include "core/kernels/kernels.hpp"
#include "layers/operation_error.hpp"

namespace orochi {
namespace {

using kernels::Combine;
using kernels::Repeated;

/// b as it counts for a matrix [rows, cols].
Repeated repeated(Var b, Index rows, Index cols) {
  const bool every_row = b.rows() == rows, every_column = b.cols() == cols;
  return {b.data(), every_row ? b.cols() : 0, every_column ? 1 : 0};
}

/// db += the sum of g [N, C] over the rows and columns for which b [1, C], [N, 1] or [1, 1] counts.
void add_sums(Index n, Index c, const Scalar* g, Var b, Scratch& scratch) {
  const GradientTarget db = b.grad_target();
  if (b.cols() == c) return kernels::column_sums(n, c, {g, c}, db.data, db.accumulate);
  if (b.rows() == n) return kernels::row_sums(n, c, g, db.data, db.accumulate);
  Scalar* sums = scratch.scalars(n);  // [N, 1]
  kernels::row_sums(n, c, g, sums, false);
  kernels::row_sums(1, n, sums, db.data, db.accumulate);
}

void second_backward(Combine f, Var a, Var b, Var y) {
  if (!b.needs_grad()) return;
  const Index n = y.rows(), c = y.cols();
  const Scalar* dy = y.grad().data();
  const Repeated second = repeated(b, n, c);
  if (b.rows() == n && b.cols() == c) {
    const GradientTarget db = b.grad_target();
    return kernels::combine_backward_second(f, n, c, dy, a.data(), second, db.data, db.accumulate);
  }
  Scratch scratch(y.tape());
  Scalar* g = scratch.scalars(n * c);  // [N, C]
  kernels::combine_backward_second(f, n, c, dy, a.data(), second, g, false);
  add_sums(n, c, g, b, scratch);
}

void first_backward(Combine f, Var a, Repeated b, Var y) {
  if (f == Combine::add || f == Combine::subtract) return y.pass_grad(a);
  if (!a.needs_grad()) return;
  const GradientTarget da = a.grad_target();
  kernels::combine_backward_first(f, y.rows(), y.cols(), y.grad().data(), a.data(), b, da.data,
                                  da.accumulate);
}

Var combine(const char* name, Combine f, Var a, Var b) {
  const Index n = a.rows(), c = a.cols();
  check_tapes(name, a, b);
  if ((b.rows() != n && b.rows() != 1) || (b.cols() != c && b.cols() != 1))
    throw operation_error(name, "two of one shape, or a row, a column or a number beside the first",
                          shape_text(a) + " and " + shape_text(b));
  const double bytes = static_cast<double>(2 * n * c + b.rows() * b.cols()) * sizeof(Scalar);
  const Measure measure(a.tape().observer(), name, Pass::forward, 0, bytes);
  Var y = a.tape().result(n, c);  // [N, C]
  kernels::combine(f, n, c, a.data(), repeated(b, n, c), y.data());
  y.pullback([=] {
    const Measure back(y.tape().observer(), name, Pass::backward, 0, 2 * bytes);
    second_backward(f, a, b, y);
    first_backward(f, a, repeated(b, n, c), y);
  });
  return y;
}

Var combine(const char* name, Combine f, Var x, double number) {
  const auto second = static_cast<Scalar>(number);
  const double bytes = 2.0 * static_cast<double>(x.rows() * x.cols()) * sizeof(Scalar);
  const Measure measure(x.tape().observer(), name, Pass::forward, 0, bytes);
  Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
  kernels::combine(f, x.rows(), x.cols(), x.data(), {&second, 0, 0}, y.data());
  y.pullback([=] {
    const Measure back(y.tape().observer(), name, Pass::backward, 0, bytes);
    first_backward(f, x, {&second, 0, 0}, y);
  });
  return y;
}

}  // namespace

Var add(Var a, Var b) { return combine("add", Combine::add, a, b); }
Var subtract(Var a, Var b) { return combine("subtract", Combine::subtract, a, b); }
Var multiply(Var a, Var b) { return combine("multiply", Combine::multiply, a, b); }
Var divide(Var a, Var b) { return combine("divide", Combine::divide, a, b); }

Var add(Var x, double number) { return combine("add", Combine::add, x, number); }
Var scale(Var x, double factor) { return combine("scale", Combine::multiply, x, factor); }

}  // namespace orochi
