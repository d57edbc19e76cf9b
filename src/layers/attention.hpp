#pragma once

#include <memory>

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>
#include <orochi/rotary.hpp>

namespace orochi {

/// What the configuration says of a layer's heads; numbers their random sites.
HeadOptions head_options(Builder& builder);

/// Several self-attentions side by side (Vaswani et al. 2017): each head has its own attention weights and
/// its own head output; they are concatenated and sent through a linear layer. [N, C] -> [N, C].
class MultiHeadAttention : public Layer {
 public:
  explicit MultiHeadAttention(Builder& builder);
  Rows forward(const Rows& x) const override { return project(x, {}); }
  Rows forward_residual(const Rows& x, Var residual, double dropout, std::uint32_t stream) const override {
    return project(x, {nullptr, dropout, stream, &residual});
  }

 private:
  Rows project(const Rows& x, const Epilogue& epilogue) const;

  std::string name_;
  AttentionOptions options_;
  std::unique_ptr<Rotary> rotary_;  // of rotary positions only
  Parameter qkv_weight_;            // [3 H D, C]
  Parameter qkv_bias_;              // [3 H D]
  Parameter output_weight_;         // [C, H D]
  Parameter output_bias_;           // [C]
};

}  // namespace orochi
