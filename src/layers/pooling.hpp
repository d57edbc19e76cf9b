// From the rows of each sequence to one row: [N, C] -> [B, C].
#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// By an operation of sequence_ops.hpp: the first row of a sequence, the mean, the largest values.
class Pooling : public Layer {
 public:
  using Operation = Var (*)(Var x, const Batch& batch);
  explicit Pooling(Operation pool) : pool_(pool) {}
  Rows forward(const Rows& x) const override { return x.pooled(pool_(x.values, x.batch)); }

 private:
  Operation pool_;
};

/// BERT's: f(W x + b) of a sequence's first row x.
class Pooler : public Layer {
 public:
  explicit Pooler(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Parameter weight_, bias_;  // [C, C], [C]
  std::unique_ptr<Layer> activation_;
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
