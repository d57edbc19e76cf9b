// One training step on lanes.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <orochi/classifier.hpp>

#include "train/optimizer.hpp"

namespace orochi {

/// What a micro-batch gave.
struct StepSums {
  double loss = 0;    // sum of weighted losses
  double weight = 0;  // sum of class weights, what the loss is divided by
  Index correct = 0;
};

/// Cuts a batch into lanes, runs them side by side, adds their gradients in a fixed tree and updates the
/// parameters. Every sum has an order that depends on the batch and the config alone, never on the threads.
class Stepper {
 public:
  Stepper(Classifier& model, const TrainConfig& config, std::vector<Scalar> class_weights, int threads);
  ~Stepper();

  /// Sum of the class weights of these labels: what the losses of an update are divided by.
  double weight_of(std::span<const std::int32_t> labels) const;
  /// Adds one micro-batch's gradients, divided by `normaliser`, to those of this update (`first`: starts
  /// them).
  StepSums accumulate(const Batch& batch, double normaliser, RandomKey key, bool first);
  /// Clips and updates. Returns the gradient's norm before clipping; where it is not finite nothing is
  /// updated.
  double update(std::uint64_t step, double learning_rate);

  Optimizer& optimizer() { return optimizer_; }
  const std::vector<Scalar>& gradient() const { return gradient_; }

 private:
  StepSums run_lane(Tape& tape, Gradients& gradients, const Batch& lane, double normaliser, RandomKey key);

  Classifier& model_;
  const TrainConfig& config_;
  std::vector<Scalar> class_weights_;  // [K] or empty
  int threads_;
  Optimizer optimizer_;
  std::vector<std::unique_ptr<Tape>> tapes_;       // one a worker
  std::vector<std::unique_ptr<Gradients>> lanes_;  // one a lane
  std::vector<Scalar> gradient_;                   // flat
  std::vector<ParameterRange> ranges_;
  std::vector<double> squares_;  // by range
};

}  // namespace orochi
