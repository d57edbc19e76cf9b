// Lines about models that have a linear model beside the encoder (data.text_features, data.series_features).
#pragma once

#include <string>

#include <orochi/model.hpp>

#include "layers/linear_model.hpp"

namespace orochi {

inline bool has_linear_model(const Model& model) { return !linear_model_key(model.config.data).empty(); }

/// Which parts answer; "" where there is the encoder only.
inline std::string answering_line(const Model& model, bool encoder_alone = false) {
  if (!has_linear_model(model)) return "";
  return encoder_alone ? "the encoder alone, without the model's linear model\n"
                       : "the model: encoder and linear model\n";
}

/// What maps do not show; "" where that is nothing.
inline std::string maps_line(const Model& model) {
  return has_linear_model(model) ? "the maps show the encoder alone; answers add a linear model\n" : "";
}

/// What figures are of.
inline std::string model_word(const Model& model) { return has_linear_model(model) ? "model" : "encoder"; }

}  // namespace orochi
