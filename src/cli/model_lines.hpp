// Lines about models that have a linear model of the texts beside the encoder (data.text_features).
#pragma once

#include <string>

#include <orochi/model.hpp>

namespace orochi {

inline bool has_text_model(const Model& model) { return model.config.data.text_features > 0; }

/// Which parts answer; "" where there is the encoder only.
inline std::string answering_line(const Model& model, bool encoder_alone = false) {
  if (!has_text_model(model)) return "";
  return encoder_alone ? "the encoder alone, without the model's linear model of the texts\n"
                       : "the model: encoder and linear model of the texts\n";
}

/// What maps do not show; "" where that is nothing.
inline std::string maps_line(const Model& model) {
  return has_text_model(model) ? "the maps show the encoder alone; answers add a linear model of the texts\n"
                               : "";
}

/// What figures are of.
inline std::string model_word(const Model& model) { return has_text_model(model) ? "model" : "encoder"; }

}  // namespace orochi
