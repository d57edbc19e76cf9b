#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// Layer normalization, [N, C] -> [N, C].
class LayerNorm : public Layer {
 public:
  explicit LayerNorm(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Parameter weight_, bias_;  // [C]
  double eps_;
};

/// Root mean square normalization, [N, C] -> [N, C].
class RmsNorm : public Layer {
 public:
  explicit RmsNorm(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Parameter weight_;  // [C]
  double eps_;
};

}  // namespace orochi
