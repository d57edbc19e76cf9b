#include <algorithm>

#include <orochi/sequence_ops.hpp>

#include "core/kernels/kernels.hpp"
#include "core/kernels/row_sum.hpp"
#include "layers/bytes_of.hpp"
#include "layers/operation_error.hpp"

namespace orochi {

namespace {

/// out [C] (+)= factor x [C].
void add_scaled_row(Index c, Scalar factor, const Scalar* x, Scalar* out, bool accumulate) {
  kernels::combine_backward_first(kernels::Combine::multiply, 1, c, x, x, {&factor, 0, 0}, out, accumulate);
}

/// y[b] = factor(b) times the sum of the sequence's rows.
template <class Factor>
Var weighted_sums(const char* name, Var x, const Batch& batch, Factor factor) {
  const Index c = x.cols();
  const double bytes = bytes_of(x.rows() * c);
  const Measure measure(x.tape().observer(), name, Pass::forward, 0, bytes);
  Var y = x.tape().result(batch.num_sequences(), c);  // [B, C]
  for (Index b = 0; b < y.rows(); ++b) {
    kernels::column_sums(batch.length(b), c, {x.data() + batch.first_row(b) * c, c}, y.data() + b * c, false);
    y.value().row(b) *= factor(b);
  }
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), name, Pass::backward, 0, bytes);
    const GradientTarget dx = x.grad_target();  // [N, C]
    for (Index b = 0; b < y.rows(); ++b)
      for (Index i = batch.first_row(b); i < batch.first_row(b) + batch.length(b); ++i)
        add_scaled_row(c, factor(b), y.grad().data() + b * c, dx.data + i * c, dx.accumulate);
  });
  return y;
}

/// y[i] = x[source[i]], a row of zeros where that is -1; `source` [rows] is on the tape.
Var rows_from(const char* name, Var x, Index rows, const Index* source) {
  const Index c = x.cols();
  const double bytes = bytes_of(2 * rows * c);
  const Measure measure(x.tape().observer(), name, Pass::forward, 0, bytes);
  Var y = x.tape().result(rows, c);
  for (Index i = 0; i < rows; ++i) {
    if (source[i] < 0)
      std::fill_n(y.data() + i * c, c, Scalar(0));
    else
      std::copy_n(x.data() + source[i] * c, c, y.data() + i * c);
  }
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), name, Pass::backward, 0, 1.5 * bytes);
    Scalar* dx = x.grad_sum().data();  // [N, C]
    for (Index i = 0; i < rows; ++i)
      if (source[i] >= 0) kernels::add(c, dx + source[i] * c, y.grad().data() + i * c, dx + source[i] * c);
  });
  return y;
}

}  // namespace

Var hide_rows(Var x, Parameter mask, const Batch& batch) {
  check_rows("hide_rows", x, batch);
  if (mask.id < 0)
    throw operation_error("hide_rows", "the model of a task that hides rows",
                          "one without a vector for them");
  Tape& tape = x.tape();
  const Index c = x.cols(), first = batch.offsets.front();
  const std::span<const Index> hidden = batch.hidden;
  Var y = tape.result(x.rows(), c);  // [N, C]
  std::copy_n(x.data(), x.rows() * c, y.data());
  const Scalar* row = tape.value(mask).data();  // [C]
  for (const Index i : hidden) std::copy_n(row, c, y.data() + (i - first) * c);
  y.pullback([=] {
    Scalar* dy = y.grad_target().data;                                              // [N, C]
    const Scalar** rows = y.tape().allocate_as<const Scalar*>(std::ssize(hidden));  // of dy
    std::transform(hidden.begin(), hidden.end(), rows, [=](Index i) { return dy + (i - first) * c; });
    const GradientTarget dmask = y.tape().grad_target(mask);  // [1, C]
    kernels::sum_rows_at(c, dmask.accumulate ? dmask.data : nullptr, {rows, hidden.size()}, dmask.data);
    for (const Index i : hidden) std::fill_n(dy + (i - first) * c, c, Scalar(0));
    y.pass_grad(x);
  });
  return y;
}

Var asked_rows(Var x, const Batch& batch) {
  check_rows("asked_rows", x, batch);
  const Index count = std::ssize(batch.asked), first = batch.offsets.front();
  auto* source = x.tape().allocate_as<Index>(count);
  std::transform(batch.asked.begin(), batch.asked.end(), source, [=](Index i) { return i - first; });
  return rows_from("asked_rows", x, count, source);
}

Var sum_per_sequence(Var x, const Batch& batch) {
  check_rows("sum_per_sequence", x, batch);
  return weighted_sums("sum_per_sequence", x, batch, [](Index) { return Scalar(1); });
}

Var mean_per_sequence(Var x, const Batch& batch) {
  check_rows("mean_per_sequence", x, batch, true);
  return weighted_sums("mean_per_sequence", x, batch,
                       [batch](Index b) { return Scalar(1) / static_cast<Scalar>(batch.length(b)); });
}

Var max_per_sequence(Var x, const Batch& batch) {
  check_rows("max_per_sequence", x, batch, true);
  const Index c = x.cols();
  const Measure measure(x.tape().observer(), "max_per_sequence", Pass::forward, 0, bytes_of(x.rows() * c));
  Var y = x.tape().result(batch.num_sequences(), c);          // [B, C]
  Index* winner = x.tape().allocate_as<Index>(y.rows() * c);  // [B, C]: the row that has the maximum
  for (Index b = 0; b < y.rows(); ++b) {
    const Index first = batch.first_row(b);
    for (Index j = 0; j < c; ++j) {
      Index best = first;
      for (Index i = first + 1; i < first + batch.length(b); ++i)
        if (x.data()[i * c + j] > x.data()[best * c + j]) best = i;
      winner[b * c + j] = best;
      y.data()[b * c + j] = x.data()[best * c + j];
    }
  }
  y.pullback([=] {
    if (!x.needs_grad()) return;
    MatrixMap dx = x.grad_sum();  // [N, C]
    for (Index k = 0; k < y.rows() * c; ++k) dx(winner[k], k % c) += y.grad().data()[k];
  });
  return y;
}

Var first_per_sequence(Var x, const Batch& batch) {
  check_rows("first_per_sequence", x, batch, true);
  Index* source = x.tape().allocate_as<Index>(batch.num_sequences());  // [B]
  for (Index b = 0; b < batch.num_sequences(); ++b) source[b] = batch.first_row(b);
  return rows_from("first_per_sequence", x, batch.num_sequences(), source);  // [B, C]
}

Var last_per_sequence(Var x, const Batch& batch) {
  check_rows("last_per_sequence", x, batch, true);
  Index* source = x.tape().allocate_as<Index>(batch.num_sequences());  // [B]
  for (Index b = 0; b < batch.num_sequences(); ++b) source[b] = batch.first_row(b) + batch.length(b) - 1;
  return rows_from("last_per_sequence", x, batch.num_sequences(), source);  // [B, C]
}

Var repeat_per_sequence(Var x, const Batch& batch) {
  if (x.rows() != batch.num_sequences())
    throw operation_error("repeat_per_sequence",
                          "a row for each of " + std::to_string(batch.num_sequences()) + " sequences",
                          shape_text(x));
  const Index n = batch.num_rows(), c = x.cols();
  const Measure measure(x.tape().observer(), "repeat_per_sequence", Pass::forward, 0, bytes_of(n * c));
  Var y = x.tape().result(n, c);  // [N, C]
  for (Index b = 0; b < x.rows(); ++b)
    for (Index i = batch.first_row(b); i < batch.first_row(b) + batch.length(b); ++i)
      std::copy_n(x.data() + b * c, c, y.data() + i * c);
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), "repeat_per_sequence", Pass::backward, 0, bytes_of(n * c));
    const GradientTarget dx = x.grad_target();  // [B, C]
    for (Index b = 0; b < x.rows(); ++b)
      kernels::column_sums(batch.length(b), c, {y.grad().data() + batch.first_row(b) * c, c}, dx.data + b * c,
                           dx.accumulate);
  });
  return y;
}

Var shift_per_sequence(Var x, Index by, const Batch& batch) {
  check_rows("shift_per_sequence", x, batch);
  Index* source = x.tape().allocate_as<Index>(x.rows());  // [N]
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const Index first = batch.first_row(b), length = batch.length(b);
    for (Index t = 0; t < length; ++t)
      source[first + t] = t - by >= 0 && t - by < length ? first + t - by : -1;
  }
  return rows_from("shift_per_sequence", x, x.rows(), source);  // [N, C]
}

Var gather_per_sequence(Var x, std::span<const std::int32_t> positions, const Batch& batch) {
  check_rows("gather_per_sequence", x, batch);
  const Index n = x.rows();
  if (std::ssize(positions) != n)
    throw operation_error("gather_per_sequence", std::to_string(n) + " positions, one a row",
                          std::to_string(positions.size()));
  Index* source = x.tape().allocate_as<Index>(n);  // [N]: each row's source row of x, or -1
  for (Index b = 0; b < batch.num_sequences(); ++b)
    for (Index i = batch.first_row(b); i < batch.first_row(b) + batch.length(b); ++i) {
      const Index position = positions[static_cast<std::size_t>(i)];
      if (position < -1 || position >= batch.length(b))
        throw operation_error("gather_per_sequence",
                              "positions from -1 to " + std::to_string(batch.length(b) - 1) +
                                  " in sequence " + std::to_string(b),
                              std::to_string(position));
      source[i] = position < 0 ? -1 : batch.first_row(b) + position;
    }
  return rows_from("gather_per_sequence", x, n, source);  // [N, C]
}

}  // namespace orochi
