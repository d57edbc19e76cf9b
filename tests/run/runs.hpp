// What tests ask of a run, and of the model that it left.
#pragma once

#include <string>
#include <vector>

#include <orochi/extensions.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "trainer_workplace.hpp"

namespace orochi::testing {

inline std::string notes_of(const TrainRequest& request) {
  Silent silent;
  train(request, builtin(), silent);
  return silent.notes;
}

/// Of a run that is refused.
inline std::string message_of(const TrainRequest& request) {
  Silent silent;
  const Ending ending = ending_of(request, silent, builtin());
  CHECK(ending.code == 2);
  return ending.message;
}

/// Of the parameter with this name; empty where there is none.
inline std::vector<Scalar> numbers_of(const Model& model, const std::string& parameter) {
  const Parameters& parameters = model.classifier->parameters();
  for (const ParameterView& view : parameters.views())
    if (view.name == parameter)
      return {parameters.data() + view.offset, parameters.data() + view.offset + view.size};
  return {};
}

}  // namespace orochi::testing
