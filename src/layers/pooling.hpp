// From the rows of each sequence to one row: [N, C] -> [B, C].
#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// The first row, which the model has put there (ClassToken).
class ClsPooling : public Layer {
 public:
  explicit ClsPooling(Builder&) {}
  Var forward(Var x, const Batch& batch) const override;
};

class MeanPooling : public Layer {
 public:
  explicit MeanPooling(Builder&) {}
  Var forward(Var x, const Batch& batch) const override;
};

/// The largest value of each column; the gradient goes to the first row that has it.
class MaxPooling : public Layer {
 public:
  explicit MaxPooling(Builder&) {}
  Var forward(Var x, const Batch& batch) const override;
};

/// Rows weighted by softmax(x . query / sqrt(C)) with one trained query.
class AttentionPooling : public Layer {
 public:
  explicit AttentionPooling(Builder& builder);
  Var forward(Var x, const Batch& batch) const override;

 private:
  Parameter query_;  // [C]
};

}  // namespace orochi
