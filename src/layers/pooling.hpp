// From the rows of each sequence to one row: [N, C] -> [B, C].
#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// The first row, which a layer class_token has put there.
class ClsPooling : public Layer {
 public:
  explicit ClsPooling(Builder&) {}
  Rows forward(const Rows& x) const override;
};

class MeanPooling : public Layer {
 public:
  explicit MeanPooling(Builder&) {}
  Rows forward(const Rows& x) const override;
};

/// The largest value of each column; the gradient goes to the first row that has it.
class MaxPooling : public Layer {
 public:
  explicit MaxPooling(Builder&) {}
  Rows forward(const Rows& x) const override;
};

/// Rows weighted by softmax(x . query / sqrt(C)) with one trained query.
class AttentionPooling : public Layer {
 public:
  explicit AttentionPooling(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Parameter query_;  // [C]
};

}  // namespace orochi
