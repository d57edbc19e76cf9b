#pragma once

#include <optional>

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

#include "layers/ngrams.hpp"

namespace orochi {

/// The deviation that token rows and positions start with: alike, so that neither drowns the other.
double embedding_scale(Index d_model);

/// Rows of sines and cosines for the positions from `first` on: [count, C].
void make_sinusoids(Index first, Index count, Index c, Scalar* rows);

/// A sequence of more rows than the model has positions for is a usage_error.
void check_positions(Index length, Index positions);

/// Columns of the rows that the input layer makes.
Index embedding_width(const ModelConfig& model);

/// Tokens -> rows of a table [V, C]; with the option `ngrams` plus rows of the runs of tokens that end there;
/// where a sequence has several texts, or the option `segments` asks for it, plus the row of another table
/// for the text that the token is of.
class TokenEmbedding : public Layer {
 public:
  explicit TokenEmbedding(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Parameter table_;  // [V, C]
  std::optional<NgramEmbedding> ngrams_;
  std::optional<Parameter> segments_;  // [S, C]
  bool has_one_text_;
};

/// Adds a trained row for each position in the sequence. [N, C] -> [N, C].
class LearnedPositions : public Layer {
 public:
  explicit LearnedPositions(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Parameter table_;  // [max_length, C]
};

/// Adds sines and cosines of the position (Vaswani et al. 2017), scaled to the deviation of the token rows.
class SinusoidalPositions : public Layer {
 public:
  explicit SinusoidalPositions(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  std::shared_ptr<const PositionTable> table_;  // [max_length, C]
};

/// Puts one trained row before each sequence: [N, C] -> [N + B, C].
class ClassToken : public Layer {
 public:
  explicit ClassToken(Builder& builder);
  Rows forward(const Rows& x) const override;

 private:
  Parameter row_;  // [C]
};

}  // namespace orochi
