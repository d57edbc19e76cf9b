#include "layers/encoder.hpp"

#include "layers/activation.hpp"

namespace orochi {

FeedForward::FeedForward(Builder& builder)
    : dropout_(builder.model().dropout), site_(builder.random_sites()) {
  const Index c = builder.width();
  const Index f = builder.model().dim_feedforward > 0 ? builder.model().dim_feedforward : 4 * c;
  weight1_ = builder.weight("linear1.weight", f, c);
  bias1_ = builder.vector("linear1.bias", f);
  activation_ = builder.layer("activation", builder.model().activation, f);
  weight2_ = builder.weight("linear2.weight", c, f);
  bias2_ = builder.vector("linear2.bias", c);
}

Var FeedForward::project(Var x, const Batch& batch, const Tail& tail) const {
  const auto* known = dynamic_cast<const Activation*>(&activation_->plain());
  Var hidden =
      known != nullptr
          ? linear(x, weight1_, &bias1_, {known->function(), dropout_, site_, nullptr}, batch)
          : dropout(activation_->forward(linear(x, weight1_, &bias1_), batch), dropout_, site_, batch);
  return linear(hidden, weight2_, &bias2_, tail, batch);  // [N, F] -> [N, C]
}

EncoderLayer::EncoderLayer(Builder& builder)
    : norm1_(builder.layer("norm1", builder.model().norm)),
      attention_(builder.layer("attention", builder.model().attention)),
      norm2_(builder.layer("norm2", builder.model().norm)),
      feed_forward_(builder.layer("feed_forward", builder.model().feed_forward)),
      norm_first_(builder.model().norm_first),
      dropout_(builder.model().dropout),
      site_(builder.random_sites(2)) {}

Var EncoderLayer::forward(Var x, const Batch& batch) const {
  const auto residual = [&](Var rows, const Layer& norm, const Layer& layer, std::uint32_t site) {
    if (norm_first_) return layer.forward_onto(rows, dropout_, site, norm.forward(rows, batch), batch);
    return norm.forward(layer.forward_onto(rows, dropout_, site, rows, batch), batch);
  };
  Var attended = residual(x, *norm1_, *attention_, site_);  // [N, C]
  return residual(attended, *norm2_, *feed_forward_, site_ + 1);
}

}  // namespace orochi
