// A linear model of the texts themselves, beside the encoder.
#pragma once

#include <orochi/layer.hpp>

namespace orochi {

/// The name of its parameter, which is fitted before training and then stays as it is.
inline constexpr const char* text_model_table = "head.text_features";

/// By trial, an encoder that was trained to the end on little data is about four times too sure: so much of
/// its outputs is added to those of the linear model.
inline constexpr double encoder_share = 0.25;

/// Outputs x / 4 + last row + sum over groups g of (sum over the features of g of their rows) / sqrt(their
/// number), of rows of the table. The features are those of Batch::features. In training the outputs are the
/// encoder's alone: the table is fitted before, and whoever is right in nine of ten cases from the beginning
/// leaves an encoder little to learn. [B, K] -> [B, K].
class TextModel {
 public:
  /// `features`: in all groups, of `buckets` each.
  TextModel(Builder& builder, Index buckets, Index features, Index outputs);
  Var add_to(Var outputs, const Batch& batch) const;

 private:
  Index buckets_;
  Parameter table_;  // [features + 1, K]
};

}  // namespace orochi
