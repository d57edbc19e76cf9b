#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// linear2(dropout(activation(linear1(x)))): [N, C] -> [N, F] -> [N, C].
class FeedForward : public Layer {
 public:
  explicit FeedForward(Builder& builder);
  Rows forward(const Rows& x) const override { return project(x, {}); }
  Rows forward_residual(const Rows& x, Var residual, double dropout, std::uint32_t stream) const override {
    return project(x, {nullptr, dropout, stream, &residual});
  }

 private:
  Rows project(const Rows& x, const Epilogue& epilogue) const;

  Parameter weight1_, bias1_;  // [F, C], [F]
  Parameter weight2_, bias2_;  // [C, F], [C]
  std::unique_ptr<Layer> activation_;
  double dropout_;
  std::uint32_t stream_;
};

/// Attention and feed-forward, each with a residual: norm_first: x + f(norm(x)), else norm(x + f(x)).
class EncoderLayer : public Layer {
 public:
  explicit EncoderLayer(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  std::unique_ptr<Layer> norm1_, attention_, norm2_, feed_forward_;
  bool norm_first_;
  double dropout_;
  std::uint32_t stream_;  // two of them
};

}  // namespace orochi
