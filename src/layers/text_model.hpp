// A linear model of the texts themselves, beside the encoder.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include <orochi/layer.hpp>

namespace orochi {

/// The name of its parameter, which is fitted before training and then stays as it is.
inline constexpr const char* text_model_table = "head.text_features";

/// By trial, an encoder that was trained to the end on little data is about four times too sure: so much of
/// its outputs is added to those of the linear model.
inline constexpr double encoder_share = 0.25;

/// Calls use(feature, weight) for each different one of a sequence's features, which are in rising order: one
/// that is there n times beside d different ones weighs sqrt(n / d). Frequent n-grams so do not drown rare
/// ones, nor long texts short ones.
template <typename Use>
void for_each_weight(std::span<const std::int32_t> features, Use use) {
  double different = 0;
  for (std::size_t i = 0; i < features.size(); ++i) different += i == 0 || features[i] != features[i - 1];
  for (auto first = features.begin(); first != features.end();) {
    const auto last = std::find_if(first, features.end(), [&](std::int32_t id) { return id != *first; });
    use(*first, std::sqrt(static_cast<double>(last - first) / different));
    first = last;
  }
}

/// Outputs x / 4 + last row + sum over the sequence's features of weight times row of the table. The features
/// are those of Batch::features. In training the outputs are the encoder's alone: the table is fitted before,
/// and whoever is right in nine of ten cases from the beginning leaves an encoder little to learn. [B, K] ->
/// [B, K]. So are they where HeadProbe::encoder_alone says so.
class TextModel {
 public:
  TextModel(Builder& builder, Index features, Index outputs);
  Var add_to(Var outputs, const Batch& batch) const;

 private:
  Parameter table_;  // [features + 1, K]
};

}  // namespace orochi
