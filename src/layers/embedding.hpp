#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// The deviation that token rows and positions start with: alike, so that neither drowns the other.
double embedding_scale(Index d_model);

/// A sequence of more rows than the model has places for is a usage_error.
void check_places(Index length, Index places);

/// Tokens -> rows of a table [V, C].
class TokenEmbedding : public Layer {
 public:
  explicit TokenEmbedding(Builder& builder);
  Var forward(Var x, const Batch& batch) const override;

 private:
  Parameter table_;  // [V, C]
};

/// Adds a trained row for each place in the sequence. [N, C] -> [N, C].
class LearnedPositions : public Layer {
 public:
  explicit LearnedPositions(Builder& builder);
  Var forward(Var x, const Batch& batch) const override;

 private:
  Parameter table_;  // [max_length, C]
};

/// Adds sines and cosines of the place (Vaswani et al. 2017), scaled to the deviation of the token rows.
class SinusoidalPositions : public Layer {
 public:
  explicit SinusoidalPositions(Builder& builder);
  Var forward(Var x, const Batch& batch) const override;

 private:
  std::shared_ptr<const PlaceTable> table_;  // [max_length, C]
};

/// Puts one trained row before each sequence, for pooling = "cls". Unlike a layer, it changes the batch.
class ClassToken {
 public:
  explicit ClassToken(Builder& builder);
  /// x [N, C] -> [N + B, C].
  Var forward(Var x, const Batch& batch) const;
  /// The batch as the longer rows have it; its memory is the tape's.
  static Batch extend(Tape& tape, const Batch& batch);

 private:
  Parameter row_;  // [C]
};

}  // namespace orochi
