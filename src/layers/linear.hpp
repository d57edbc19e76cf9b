#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// y = x W^T + b, [N, in] -> [N, out].
class Linear : public Layer {
 public:
  explicit Linear(Builder& builder) : Linear(builder, builder.width()) {}
  Linear(Builder& builder, Index out);
  Rows forward(const Rows& x) const override;

 private:
  Parameter weight_, bias_;
};

}  // namespace orochi
