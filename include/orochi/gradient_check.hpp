// Numeric gradient checks of registered layers.
#pragma once

#include <string>
#include <vector>

#include <orochi/layer.hpp>

// Not the namespace's attribute: clang forgets it where a function is defined.
#pragma GCC visibility push(default)
namespace orochi {

/// What one setting of a layer gave on one random ragged batch.
struct GradientCheck {
  std::string layer, example;  // example: "" for the default setting
  std::string worst;           // where the largest difference was: a parameter's name, or "x"
  double difference = 0;       // |analytic - numeric| / (1 + |numeric|), largest over the elements tried
  double tolerance = 0;        // what this build's Scalar allows
  Index tried = 0;             // elements compared
  bool passed() const { return difference <= tolerance; }
};

/// Compares the backward pass of `entry`, in every example setting, with central differences of a random
/// projection of its output: d/dx (sum of r * forward(x)), for the inputs and each parameter, in training
/// mode.
std::vector<GradientCheck> check_gradients(const LayerEntry& entry, const Layers& layers, std::uint64_t seed);

}  // namespace orochi
#pragma GCC visibility pop
