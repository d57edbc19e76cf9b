// What is said where training leaves the finite numbers, or gets worse than guessing.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/parameters.hpp>

#include "train/step_fault.hpp"

namespace orochi {

/// The names of the tensors in `values`, laid out as the parameters are, that are not finite.
std::vector<std::string> broken_tensors(const Parameters& parameters, std::span<const Scalar> values);

/// Everything that is known of a step that failed.
struct FailedStep {
  StepFault fault;
  std::vector<std::string> broken_weights;  // by an earlier update
  std::vector<std::string> gradients;       // where no sequence fails alone: whose sum is not finite
  Index sequences = 0;
};

/// Where, which samples, which weights; `separator` before each.
std::string describe(const FailedStep& failed, const LoadedData& data, const std::string& separator);

}  // namespace orochi
