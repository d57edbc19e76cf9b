#include "layers/pooling.hpp"

#include <algorithm>
#include <cmath>

#include "core/kernels/kernels.hpp"

namespace orochi {
Var ClsPooling::forward(Var x, const Batch& batch) const {
  Var y = x.tape().result(batch.num_sequences(), x.cols());  // [B, C]
  for (Index b = 0; b < y.rows(); ++b) y.value().row(b) = x.value().row(batch.first_row(b));
  y.pullback([=] {
    MatrixMap dx = x.grad_sum();  // [N, C]
    for (Index b = 0; b < y.rows(); ++b) dx.row(batch.first_row(b)) += y.grad().row(b);
  });
  return y;
}

Var MeanPooling::forward(Var x, const Batch& batch) const {
  const Index c = x.cols();
  const double bytes = static_cast<double>(x.rows() * c) * sizeof(Scalar);
  Profile* profile = x.tape().profile();
  const Measure measure(profile, "pooling", Pass::forward, 0, bytes);
  Var y = x.tape().result(batch.num_sequences(), c);  // [B, C]
  const auto share = [batch](Index b) { return Scalar(1) / static_cast<Scalar>(batch.length(b)); };
  for (Index b = 0; b < y.rows(); ++b) {
    kernels::column_sums(batch.length(b), c, {x.data() + batch.first_row(b) * c, c}, y.data() + b * c, false);
    y.value().row(b) *= share(b);
  }
  y.pullback([=] {
    const Measure back(profile, "pooling", Pass::backward, 0, bytes);
    const GradientTarget dx = x.grad_target();  // [N, C]
    for (Index b = 0; b < y.rows(); ++b)
      for (Index i = 0; i < batch.length(b); ++i) {
        const GradientTarget row{dx.data + (batch.first_row(b) + i) * c, dx.accumulate};
        add_to(row, 1, c, share(b) * y.grad().row(b));
      }
  });
  return y;
}

Var MaxPooling::forward(Var x, const Batch& batch) const {
  const Index c = x.cols();
  Tape& tape = x.tape();
  Var y = tape.result(batch.num_sequences(), c);          // [B, C]
  Index* winner = tape.allocate_as<Index>(y.rows() * c);  // [B, C]: the row that has the maximum
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
    MatrixMap dx = x.grad_sum();  // [N, C]
    for (Index k = 0; k < y.rows() * c; ++k) dx(winner[k], k % c) += y.grad().data()[k];
  });
  return y;
}

AttentionPooling::AttentionPooling(Builder& builder)
    : query_(builder.vector("query", builder.width(), Init::normal(1))) {}

Var AttentionPooling::forward(Var x, const Batch& batch) const {
  Tape& tape = x.tape();
  const Index c = x.cols();
  const Scalar scale = Scalar(1) / std::sqrt(static_cast<Scalar>(c));
  const ConstMatrixMap query = tape.value(query_);  // [1, C]
  Var y = tape.result(batch.num_sequences(), c);    // [B, C]
  Scalar* filter = tape.allocate(x.rows());         // [N]: each sequence's weights sum to 1
  for (Index b = 0; b < y.rows(); ++b) {
    const Index first = batch.first_row(b), t = batch.length(b);
    for (Index i = first; i < first + t; ++i) filter[i] = x.value().row(i).dot(query.row(0));
    kernels::softmax_rows(1, t, filter + first, t, scale);
    kernels::weighted_column_sums(t, c, {x.data() + first * c, c}, filter + first, y.data() + b * c, false);
  }
  y.pullback([=, &tape, this] {
    Scratch scratch(tape);
    Scalar* dfilter = scratch.scalars(x.rows());  // [N]
    MatrixMap dx = x.grad_sum();                  // [N, C]
    for (Index b = 0; b < y.rows(); ++b) {
      const Index first = batch.first_row(b), t = batch.length(b);
      for (Index i = first; i < first + t; ++i) dfilter[i] = x.value().row(i).dot(y.grad().row(b));
      kernels::softmax_rows_backward(1, t, filter + first, dfilter + first, t, scale);
      for (Index i = first; i < first + t; ++i)
        dx.row(i) += filter[i] * y.grad().row(b) + dfilter[i] * query.row(0);
    }
    const GradientTarget dquery = tape.grad_target(query_);  // [1, C]
    kernels::weighted_column_sums(x.rows(), c, {x.data(), c}, dfilter, dquery.data, dquery.accumulate);
  });
  return y;
}

}  // namespace orochi
