#pragma once

#include <functional>

#include <orochi/inference.hpp>

namespace orochi {

/// Hands over a batch's outputs, as Inference::for_pieces does.
using OutputsOf = std::function<void(const Batch& batch, const Inference::Take& take)>;

/// `evaluate` for outputs that come from elsewhere.
Evaluation evaluate_outputs(const Classifier& model, const Task& task, const Sequences& data, Task* tune,
                            const OutputsOf& outputs_of);

}  // namespace orochi
