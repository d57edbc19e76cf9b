// The training loop by itself: no files, no validation, no messages.
#pragma once

#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <orochi/batching.hpp>
#include <orochi/extensions.hpp>
#include <orochi/progress.hpp>
#include <orochi/updater.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Passes over the training data, each in an order of its own, update by update:
///   for (; !loop.is_done(); loop.end_epoch()) for (loop.begin_epoch(); !loop.epoch_is_over();) loop.step();
/// Where there are ranks, rank 0 does this and then calls `dismiss`; each other one calls `follow`.
class Loop {
 public:
  /// Model, task and data must live as long as the loop.
  Loop(Classifier& model, const Task& task, const Sequences& data, const TrainConfig& config,
       const Extensions& extensions, int threads, Communicator* ranks = nullptr);

  void begin_epoch();  // also where `progress` was set to the middle of one
  void end_epoch();
  bool epoch_is_over() const { return progress.position >= order_.size() || progress.step >= total_steps_; }
  bool is_done() const { return progress.step >= total_steps_ && progress.position == 0; }
  std::uint64_t total_steps() const { return total_steps_; }
  double last_rate() const;  // of the last update
  /// The epoch, from 1, that ends with update `step`, or has it.
  std::uint64_t epoch_of(std::uint64_t step) const { return (step + steps_each_ - 1) / steps_each_; }

  /// One update and what came of it.
  struct Step {
    std::span<const std::uint32_t> rows;  // the sequences' numbers in the data; valid for this epoch
    RandomKey key;
    double normalizer = 0;  // the sum of their weights
    StepSums sums;
    Index tokens = 0;  // rows of all sequences
    double rate = 0;   // the learning rate
    double norm = 0;   // of the gradient before clipping
    bool has_updated() const { return std::isfinite(norm); }
  };
  /// One update. Where loss or gradient are not finite it changes no parameter and counts as skipped.
  Step step();
  /// Of a step that has not updated: what failed where.
  StepFault find_fault(const Step& step);
  /// The gradient of such a step, computed once more and laid out as the parameters are.
  std::vector<Scalar> gradient_of(const Step& step);

  /// Of every rank but 0: takes over the parameters, moments and progress of rank 0's loop at its first step,
  /// and from then on its part in each step, until rank 0 dismisses it.
  void follow();
  /// Of rank 0, after its last step.
  void dismiss();

  Stepper& stepper() { return stepper_; }
  Updater& updater() { return updater_; }

  Progress progress;  // what concerns the best epoch and the smoothed loss is the caller's

 private:
  enum class Order : std::uint32_t { step, gradient, end };
  /// Tells the other ranks, if this is rank 0 and there are others.
  void lead(Order order, const Progress& at);
  void share_state(const Progress& at);
  /// What comes next, with its sequences.
  Step prepare(Batch& batch);
  /// The sequences of an update, with what the task asks of them.
  Batch gather(const Step& step);
  /// Calls use(micro_batch) for each part of an update's batch.
  template <class Use>
  void for_micro_batches(const Batch& batch, Use use);
  void count(const Step& step);

  Parameters& parameters_;
  const Task& task_;
  const Sequences& data_;
  TrainConfig config_;
  Stepper stepper_;
  Updater updater_;
  std::unique_ptr<const Schedule> schedule_;
  std::uint64_t steps_each_, total_steps_;  // of an epoch, of all
  std::vector<std::uint32_t> order_;        // of this epoch
  std::uint64_t ordered_epoch_ = 0;         // which that is
  BatchStorage storage_;
  Asked asked_;
  Communicator* ranks_;        // null: there is one process
  bool shares_state_ = false;  // every rank has what rank 0 started from
};

}  // namespace orochi
#pragma GCC visibility pop
