// One training step on lanes.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <orochi/classifier.hpp>
#include <orochi/task.hpp>

#include "core/number_watch.hpp"
#include "core/packed_weights.hpp"
#include "train/thread_pool.hpp"
#include "train/updater.hpp"

namespace orochi {

/// What a micro-batch gave.
struct StepSums {
  double loss = 0;    // sum of weighted losses
  double weight = 0;  // sum of the items' weights, what the loss is divided by
  double score = 0;   // sum of the items' scores
  Index items = 0;
  void add(const StepSums& more) {
    loss += more.loss, weight += more.weight;
    score += more.score, items += more.items;
  }
};

/// Where loss or gradient stopped being finite numbers.
struct StepFault {
  NumberFault first;
  std::vector<std::uint32_t> samples;  // each of which does so alone; empty: only their sum does
};

/// Cuts a batch into lanes, runs them side by side, adds their gradients in a fixed tree and updates the
/// parameters. A lane goes through its sequences in chunks of about `chunk_rows` rows, whose activations stay
/// in the cache. Every sum has an order that depends on the batch and the config alone, never on the threads.
class Stepper {
 public:
  Stepper(Classifier& model, const Task& task, const TrainConfig& config, const Optimizers& optimizers,
          int threads);
  ~Stepper();

  /// Sum of the weights of targets [M, W]: what the losses of an update are divided by.
  double weight_of(std::span<const double> targets) const;
  /// Adds one micro-batch's gradients, divided by `normaliser`, to those of this update (`first`: starts
  /// them).
  StepSums accumulate(const Batch& batch, double normaliser, RandomKey key, bool first);
  /// Clips and updates, `updates` having been made before. Returns the gradient's norm before clipping; where
  /// it is not finite nothing is updated.
  double update(std::uint64_t updates, double learning_rate);

  /// After an update that failed, with one of its micro-batches: each sequence goes forward and backward
  /// alone and is watched. Only `accumulate` with `first` may follow.
  StepFault find_fault(const Batch& batch, double normaliser, RandomKey key);
  /// Names of parameters whose accumulated gradient is not finite. `update` must not follow.
  std::vector<std::string> broken_gradients();

  /// One a worker, to report to from now on; none: no longer.
  void set_profiles(std::span<Profile> profiles);

  /// The memory of packed weights, which an evaluation in between may use too.
  const std::shared_ptr<PackedWeights>& packed() const { return packed_; }
  Updater& updater() { return updater_; }
  Index num_lanes() const { return static_cast<Index>(lanes_.size()); }
  /// The gradient of what was accumulated, flat: for tests. `update` must not follow.
  std::vector<Scalar> gradient() { return sum_.flat(); }

 private:
  struct Lane {
    explicit Lane(const Parameters& parameters) : gradients(parameters) {}
    Gradients gradients;
    std::vector<Index> cuts;  // of its chunks
    StepSums sums;
  };
  void begin_update();
  void merge_rows();  // of embeddings, before they come from the next micro-batch
  void run_lane(int worker, Lane& lane, const Batch& batch, double normaliser, RandomKey key);
  StepSums run_chunk(Tape& tape, const Batch& chunk, double normaliser);
  double reduce();  // returns the sum of squares
  Profile* profile(int worker);
  Scalar* scratch(int worker) { return scratch_.data() + static_cast<Index>(worker) * scratch_length_; }

  Classifier& model_;
  const Task& task_;
  const TrainConfig& config_;
  ThreadPool pool_;
  Updater updater_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<Index> cuts_;  // of the lanes
  GradientSum sum_;
  std::vector<ParameterRange> ranges_;
  std::vector<double> squares_;  // by range
  std::shared_ptr<PackedWeights> packed_;
  std::vector<std::unique_ptr<Tape>> tapes_;  // one a worker
  Index scratch_length_ = 0;
  std::vector<Scalar> scratch_;  // [threads, scratch_length]: a range's gradient each
  std::span<Profile> profiles_;  // [threads] or empty
};

}  // namespace orochi
