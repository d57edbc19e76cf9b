#include "layers/pooling.hpp"

#include <cmath>

#include <orochi/ops.hpp>

#include "core/kernels/kernels.hpp"
#include "layers/operation_error.hpp"

namespace orochi {

Pooler::Pooler(Builder& builder)
    : weight_(builder.weight("weight", builder.width(), builder.width())),
      bias_(builder.vector("bias", builder.width())),
      activation_(builder.layer("activation", builder.word("activation"))) {}

Rows Pooler::forward(const Rows& x) const {
  const Rows first = x.pooled(first_per_sequence(x.values, x.batch));  // [B, C]
  return activation_->forward(first.with(linear(first.values, weight_, &bias_)));
}

AttentionPooling::AttentionPooling(Builder& builder)
    : query_(builder.vector("query", builder.width(), Init::normal(1))) {}

Rows AttentionPooling::forward(const Rows& in) const {
  const Var x = in.values;
  const Batch batch = in.batch;
  check_rows("attention pooling", x, batch, true);
  Tape& tape = x.tape();
  const Index c = x.cols();
  const Scalar scale = Scalar(1) / std::sqrt(static_cast<Scalar>(c));
  const ConstMatrixMap query = tape.value(query_);  // [1, C]
  Var y = tape.result(batch.num_sequences(), c);    // [B, C]
  Scalar* weights = tape.allocate(x.rows());        // [N]: each sequence's weights sum to 1
  for (Index b = 0; b < y.rows(); ++b) {
    const Index first = batch.first_row(b), t = batch.length(b);
    for (Index i = first; i < first + t; ++i) weights[i] = x.value().row(i).dot(query.row(0));
    kernels::softmax_rows(1, t, weights + first, t, scale);
    kernels::weighted_column_sums(t, c, {x.data() + first * c, c}, weights + first, y.data() + b * c, false);
  }
  y.pullback([=, this] {
    const ConstMatrixMap query_again = y.tape().value(query_);  // [1, C]
    Scratch scratch(y.tape());
    Scalar* dweights = scratch.scalars(x.rows());  // [N]
    MatrixMap dx = x.grad_sum();                   // [N, C]
    for (Index b = 0; b < y.rows(); ++b) {
      const Index first = batch.first_row(b), t = batch.length(b);
      for (Index i = first; i < first + t; ++i) dweights[i] = x.value().row(i).dot(y.grad().row(b));
      kernels::softmax_rows_backward(1, t, weights + first, dweights + first, t, scale);
      for (Index i = first; i < first + t; ++i)
        dx.row(i) += weights[i] * y.grad().row(b) + dweights[i] * query_again.row(0);
    }
    const GradientTarget dquery = y.tape().grad_target(query_);  // [1, C]
    kernels::weighted_column_sums(x.rows(), c, {x.data(), c}, dweights, dquery.data, dquery.accumulate);
  });
  return in.pooled(y);
}

}  // namespace orochi
