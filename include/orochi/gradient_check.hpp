// Checks of registered layers: their gradients, and the rules that every layer keeps to.
#pragma once

#include <string>
#include <vector>

#include <orochi/layer.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// What one setting of a layer gave on one random ragged batch.
struct GradientCheck {
  std::string layer, example;  // example: "" for the default setting
  std::string worst;           // where the largest difference was: a parameter's name, or "x"
  double difference = 0;       // |analytic - numeric| / (1 + |numeric|), largest over the elements tried
  double tolerance = 0;        // what this build's Scalar allows
  Index tried = 0;             // elements compared
  /// What failed: "[layer] what was expected; what was found; what to do", one line each.
  std::vector<std::string> errors;
  std::string note;  // what could not be checked, or ""
  bool passed() const { return errors.empty(); }
  std::string title() const;  // the layer and, unless it is the default one, the setting
};

/// Checks `entry` in every example setting, on a ragged batch:
/// - its backward pass agrees with central differences of a random projection of its output, in training
/// mode;
/// - it writes all of its result and of its gradients: memory holds NaN before;
/// - each sequence alone and each chunk give what they give in the whole batch, forward and backward;
/// - gradients add up: of two uses of x and of the parameters, of two chunks, to a value that is there
/// before;
/// - inference gives what training gives without dropout (model.dropout, model.attention_dropout and options
///   with "dropout" in their name at 0).
std::vector<GradientCheck> check_gradients(const LayerEntry& entry, const Layers& layers, std::uint64_t seed);

}  // namespace orochi
#pragma GCC visibility pop
