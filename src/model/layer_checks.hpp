// What every layer keeps to besides its derivative: no row's bits come from unwritten memory or from another
// sequence, gradients add up, inference is training without dropout.
#pragma once

#include <string>
#include <vector>

#include "model/layer_trial.hpp"

namespace orochi {

/// One line for each rule that is broken: "[name] what was expected, what was found; what to do". `note`:
/// what could not be checked. `plain` is the same layer with all dropout at 0.
std::vector<std::string> check_layer_rules(LayerTrial& trial, LayerTrial& plain, const std::string& name,
                                           std::string& note);

}  // namespace orochi
