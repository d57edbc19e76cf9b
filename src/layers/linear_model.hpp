// A linear model of texts or of series themselves, beside the encoder.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>

#include <orochi/layer.hpp>

#include "core/name_prefix.hpp"
#include "layers/mini_rocket.hpp"

namespace orochi {

/// The names of its parameters, which are fitted before training and then stay as they are.
inline constexpr const char *text_table = "head.text_features", *series_table = "head.series_features",
                            *series_biases = "head.series_biases", *linear_shares = "head.shares";
/// Whether a parameter is one of these.
inline bool is_of_linear_model(std::string_view name) {
  const std::string_view own = within_member(name);
  return own == text_table || own == series_table || own == series_biases || own == linear_shares;
}

/// The key that asks for a linear model; empty where there is none.
inline std::string_view linear_model_key(const DataConfig& data) {
  return data.text_features > 0     ? "data.text_features"
         : data.series_features > 0 ? "data.series_features"
                                    : "";
}

/// By trial, an encoder that was trained to the end on little data is about four times too sure: so much of
/// its outputs is added to those of the linear model, times the shares that validation data says.
inline constexpr double encoder_share = 0.25;

/// shares [2]: of the encoder's output, of the linear model's.
inline Scalar output_of_both(Scalar encoder, Scalar linear, const Scalar* shares) {
  return static_cast<Scalar>(static_cast<double>(shares[0]) * encoder_share * static_cast<double>(encoder) +
                             static_cast<double>(shares[1]) * static_cast<double>(linear));
}

/// Calls use(feature, weight) for each different one of a text's features, which are in rising order: one
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

/// What a linear model of series looks at: InputShape::series_features.
MiniRocket rocket_of(const InputShape& input);

/// Outputs shares[0] x / 4 + shares[1] (last row + sum over the sequence's features of weight times row of
/// the table). Features are the n-grams of Batch::features, or those of MiniRocket, which weigh their values.
/// In training the outputs are the encoder's alone: the table is fitted before, and whoever is right in nine
/// of ten cases from the beginning leaves an encoder little to learn. [B, K] -> [B, K]. So are they where
/// HeadProbe::encoder_alone says so.
class LinearModel {
 public:
  /// Of texts, or of series: what the input is. Throws an OptionError where the data is the other.
  LinearModel(Builder& builder, const InputShape& input, Index outputs);
  Var add_to(Var outputs, const Batch& batch) const;

 private:
  /// What is added for sequence b of the batch. [K]
  void sum(Tape& tape, const Batch& batch, Index b, std::span<double> sums) const;

  std::optional<MiniRocket> rocket_;  // of series
  Parameter biases_;                  // [features, 1]; of series
  Parameter table_;                   // [features + 1, K]
  Parameter shares_;                  // [2, 1]
};

}  // namespace orochi
