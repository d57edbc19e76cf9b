#include <algorithm>
#include <memory>

#include <orochi/matrix_ops.hpp>

#include "core/kernels/kernels.hpp"
#include "layers/bytes_of.hpp"
#include "layers/operation_error.hpp"

namespace orochi {

Var parameter(Tape& tape, Parameter p) {
  if (tape.use(p) == Use::lookup)
    throw operation_error("parameter", "a dense parameter", "a table of which only some rows get gradients");
  Var y = tape.trains(p) ? tape.result(p.rows, p.cols) : tape.input(p.rows, p.cols);
  y.value() = tape.value(p);
  y.pullback([=] { y.tape().add_grad(p, y.grad()); });
  return y;
}

Var softmax(Var x) {
  const Index n = x.rows(), c = x.cols();
  const Measure measure(x.tape().observer(), "softmax", Pass::forward, 0, bytes_of(2 * n * c),
                        static_cast<double>(n * c));
  Var y = x.tape().result(n, c);  // [N, C]
  y.value() = x.value();
  kernels::softmax_rows(n, c, y.data(), c, 1);
  y.pullback([=] {
    const Measure back(y.tape().observer(), "softmax", Pass::backward, 0, bytes_of(3 * n * c));
    kernels::softmax_rows_backward(n, c, y.data(), y.grad_target().data, c,
                                   1);  // in place: nobody needs dy afterwards
    y.pass_grad(x);
  });
  return y;
}

Var sum_columns(Var x) {
  const Index n = x.rows(), c = x.cols();
  const Measure measure(x.tape().observer(), "sum_columns", Pass::forward, 0, bytes_of(n * c));
  Var y = x.tape().result(n, 1);  // [N, 1]
  kernels::row_sums(n, c, x.data(), y.data(), false);
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), "sum_columns", Pass::backward, 0, bytes_of(n * c));
    x.grad_sum().colwise() += y.grad().col(0);
  });
  return y;
}

Var sum_rows(Var x) {
  const Index n = x.rows(), c = x.cols();
  const Measure measure(x.tape().observer(), "sum_rows", Pass::forward, 0, bytes_of(n * c));
  Var y = x.tape().result(1, c);  // [1, C]
  kernels::column_sums(n, c, {x.data(), c}, y.data(), false);
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), "sum_rows", Pass::backward, 0, bytes_of(n * c));
    x.grad_sum().rowwise() += y.grad().row(0);
  });
  return y;
}

Var slice_columns(Var x, Index first, Index count) {
  const Index n = x.rows(), c = x.cols();
  if (first < 0 || count < 1 || first + count > c)
    throw operation_error("slice_columns", "one column or more of " + std::to_string(c),
                          std::to_string(count) + " from column " + std::to_string(first) + " on");
  const Measure measure(x.tape().observer(), "slice_columns", Pass::forward, 0, bytes_of(2 * n * count));
  Var y = x.tape().result(n, count);  // [N, count]
  y.value() = x.value().middleCols(first, count);
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), "slice_columns", Pass::backward, 0, bytes_of(3 * n * count));
    x.grad_sum().middleCols(first, count) += y.grad();
  });
  return y;
}

Var concat_columns(std::span<const Var> parts) {
  if (parts.empty()) throw operation_error("concat_columns", "one part or more", "none");
  Tape& tape = parts.front().tape();
  const Index n = parts.front().rows();
  Index c = 0;
  for (const Var part : parts) {
    check_tapes("concat_columns", parts.front(), part);
    if (part.rows() != n)
      throw operation_error("concat_columns", "parts of " + std::to_string(n) + " rows", shape_text(part));
    c += part.cols();
  }
  const Measure measure(tape.observer(), "concat_columns", Pass::forward, 0, bytes_of(2 * n * c));
  Var y = tape.result(n, c);  // [N, C1 + C2 + ...]
  Var* kept = tape.allocate_as<Var>(std::ssize(parts));
  std::uninitialized_copy(parts.begin(), parts.end(), kept);
  const std::span<const Var> all(kept, parts.size());
  Index column = 0;
  for (const Var part : all) {
    y.value().middleCols(column, part.cols()) = part.value();
    column += part.cols();
  }
  y.pullback([=] {
    const Measure back(y.tape().observer(), "concat_columns", Pass::backward, 0, bytes_of(3 * n * c));
    Index at = 0;
    for (const Var part : all) {
      part.add_grad(y.grad().middleCols(at, part.cols()));
      at += part.cols();
    }
  });
  return y;
}

Var concat_columns(std::initializer_list<Var> parts) {
  return concat_columns(std::span<const Var>(parts.begin(), parts.size()));
}

}  // namespace orochi
