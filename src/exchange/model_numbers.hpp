// The parameters of a model, by name.
#pragma once

#include <span>
#include <string>

#include <orochi/model.hpp>

#include "core/as_size.hpp"

namespace orochi {

/// nullptr where it has none of this name.
inline const ParameterView* find_view(const Model& model, const std::string& name) {
  for (const ParameterView& view : model.classifier->parameters().views())
    if (view.name == name) return &view;
  return nullptr;
}

inline std::span<const float> numbers_of(const Model& model, const ParameterView& view) {
  const Parameters& parameters = model.classifier->parameters();
  return {parameters.data() + view.offset, as_size(view.size)};
}

}  // namespace orochi
