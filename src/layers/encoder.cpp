#include "layers/encoder.hpp"

namespace orochi {

FeedForward::FeedForward(Builder& builder)
    : dropout_(builder.model().dropout), stream_(builder.random_streams()) {
  const Index c = builder.width();
  const Index f = builder.model().dim_feedforward > 0 ? builder.model().dim_feedforward : 4 * c;
  weight1_ = builder.weight("linear1.weight", f, c);
  bias1_ = builder.vector("linear1.bias", f);
  activation_ = builder.layer("activation", builder.model().activation, f);
  weight2_ = builder.weight("linear2.weight", c, f);
  bias2_ = builder.vector("linear2.bias", c);
}

Rows FeedForward::project(const Rows& x, const Epilogue& epilogue) const {
  Rows hidden = x;  // [N, F]
  if (const Elementwise* function = activation_->elementwise()) {
    hidden.values = linear(x.values, weight1_, &bias1_, {function, dropout_, stream_, nullptr}, x.batch);
  } else {
    hidden = activation_->forward(x.with(linear(x.values, weight1_, &bias1_)));
    hidden.values = dropout(hidden.values, dropout_, stream_, hidden.batch);
  }
  return hidden.with(linear(hidden.values, weight2_, &bias2_, epilogue, hidden.batch));  // [N, C]
}

EncoderLayer::EncoderLayer(Builder& builder)
    : norm1_(builder.layer("norm1", builder.model().norm)),
      attention_(builder.layer("attention", builder.model().attention)),
      norm2_(builder.layer("norm2", builder.model().norm)),
      feed_forward_(builder.layer("feed_forward", builder.model().feed_forward)),
      norm_first_(builder.model().norm_first),
      dropout_(builder.model().dropout),
      stream_(builder.random_streams(2)) {}

Rows EncoderLayer::forward(const Rows& x) const {
  const auto residual = [&](const Rows& rows, const Layer& norm, const Layer& layer, std::uint32_t stream) {
    if (norm_first_) return layer.forward_residual(norm.forward(rows), rows.values, dropout_, stream);
    return norm.forward(layer.forward_residual(rows, rows.values, dropout_, stream));
  };
  const Rows attended = residual(x, *norm1_, *attention_, stream_);  // [N, C]
  return residual(attended, *norm2_, *feed_forward_, stream_ + 1);
}

}  // namespace orochi
