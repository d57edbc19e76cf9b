#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// Numeric rows [N, channels] -> [N, C]: a convolution along the sequence. Row t is W x + b, x being the
/// `kernel_size` rows around t side by side, as many before as after; beyond the ends of the sequence, and
/// where a row is hidden, x is 0. With a kernel size of 1 each row is alone.
class InputProjection : public Layer {
 public:
  explicit InputProjection(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Index kernel_size_;
  Parameter weight_, bias_;  // [C, kernel_size channels], [C]
};

}  // namespace orochi
