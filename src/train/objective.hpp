#pragma once

#include <orochi/stepper.hpp>

namespace orochi {

/// What a gradient is of. Without a task items weigh 1 and have no score.
struct Objective {
  const LossFunction& loss;
  const Task* task;
  double normalizer;
};

inline LossFunction loss_of(const Task& task) {
  return [&task](Var outputs, const Batch& batch, double normalizer) {
    return task.loss(outputs, batch, normalizer);
  };
}

}  // namespace orochi
