// The gradient of a batch, on many threads and in the same bits on any number of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <orochi/classifier.hpp>
#include <orochi/dataset.hpp>
#include <orochi/task.hpp>

#pragma GCC visibility push(default)
namespace orochi {

class Communicator;
class Profile;
class RankShards;
class ShardTree;
class ThreadPool;
class Stepper;
struct StepFault;
struct Objective;

/// What some batches gave.
struct StepSums {
  double loss = 0;    // sum of weighted losses
  double weight = 0;  // sum of the items' weights, what the loss is divided by
  double score = 0;   // sum of the items' scores
  Index items = 0;
  /// Of further batches.
  void add(const StepSums& more) {
    loss += more.loss, weight += more.weight;
    score += more.score, items += more.items;
  }
};

/// The loss of some whole sequences of a batch, summed and divided by `normalizer`: outputs [M, K] -> [1, 1].
using LossFunction = std::function<Var(Var outputs, const Batch& batch, double normalizer)>;

/// Sum of the weights of targets [M, W] by the task, times those of their records [M] where there are any:
/// what the losses of an update are divided by.
double weight_of(const Task& task, std::span<const double> targets, std::span<const float> weights = {});

/// d loss / d parameters, summed over the batches that were added. It lives in the memory of its Stepper,
/// which has one at a time; an Updater consumes it.
class Gradient {
 public:
  Gradient(Gradient&& other) noexcept;
  ~Gradient();

  /// Forward and backward pass of one batch. `normalizer` is of all batches together: their number of items,
  /// or the sum of their weights. A failure after `norm`. For the same bits on any number of ranks
  /// train.gradient_accumulation_steps must be above 1 where there is more than one batch.
  StepSums add(const Batch& batch, const LossFunction& loss, double normalizer, RandomKey key);
  /// The same by the loss of a task, with its scores.
  StepSums add(const Batch& batch, const Task& task, double normalizer, RandomKey key);

  /// L2 norm over all parameters, before `clip`; not finite where a gradient is not.
  double norm();
  /// Scales it so that its norm is at most `most`; 0: does nothing. Returns the norm before.
  double clip(double most);
  /// Of all parameters, laid out as they are, without the scale of `clip`.
  std::vector<Scalar> flat();

 private:
  friend class Stepper;
  friend class Updater;
  explicit Gradient(Stepper& stepper);
  Stepper& stepper() const;
  StepSums add(const Batch& batch, const Objective& objective, RandomKey key);

  Stepper* stepper_;  // null once it was moved or consumed, or its stepper is gone
  std::optional<double> norm_;
  double scale_ = 1;
  bool is_empty_ = true;
};

/// Cuts a batch into shards, runs them side by side and adds their gradients in a fixed tree. A shard goes
/// through its sequences in chunks of about `chunk_rows` rows, whose activations stay in the cache. Every sum
/// has an order that depends on the batch and the config alone, never on the threads. Where there are ranks,
/// each has a part of the shards; all make the same calls with the same batches, and get the same gradient.
class Stepper {
 public:
  /// The model's parameters may change between gradients, not during one.
  Stepper(Classifier& model, const TrainConfig& config, int threads, Communicator* ranks = nullptr);
  ~Stepper();
  Stepper(const Stepper&) = delete;
  Stepper& operator=(const Stepper&) = delete;

  /// Of nothing yet; a failure while there is another one.
  Gradient gradient();
  /// Of the mean loss of one batch's items.
  Gradient gradient(const Batch& batch, const LossFunction& loss, RandomKey key);

  /// Computes what the model's frozen beginning makes of these sequences once, as they come by: from then on
  /// each batch is of them.
  void keep_frozen(const Sequences& data);

  /// What failed in a batch: each sequence goes forward and backward alone and is watched.
  StepFault find_fault(const Batch& batch, const Task& task, double normalizer, RandomKey key);
  /// One a worker, to report to from now on; none: no longer.
  void set_profiles(std::span<Profile> profiles);
  /// The memory of packed weights, which an evaluation in between may use too.
  const std::shared_ptr<PackedWeights>& packed() const { return packed_; }
  Index num_shards() const { return num_shards_; }  // of all ranks

 private:
  friend class Gradient;
  friend class Updater;
  struct Shard {
    Shard(const Parameters& parameters, std::shared_ptr<GradientMemory> memory)
        : gradients(parameters, std::move(memory)) {}
    Gradients gradients;
    std::vector<Index> cuts;  // of its chunks
  };
  static std::vector<std::unique_ptr<Shard>> make_shards(const Parameters& parameters, Index count);
  void clear();
  void merge();  // what earlier batches of an update gave, before the next one
  StepSums add(const Batch& batch, const Objective& objective, RandomKey key, bool first);
  StepSums run_shard(int worker, Shard& shard, const Batch& batch, const Objective& objective, RandomKey key);
  StepSums run_chunk(Tape& tape, const Batch& chunk, const Objective& objective, FrozenRows* frozen);
  double sum_of_squares();
  double sum_of_squares(const ParameterRange& range, int worker);
  Profile* profile(int worker);
  Scalar* scratch(int worker) { return scratch_.data() + static_cast<Index>(worker) * scratch_length_; }

  Classifier& model_;
  const TrainConfig config_;
  std::unique_ptr<ThreadPool> pool_;
  Index num_shards_, first_shard_;
  std::vector<std::unique_ptr<Shard>> shards_;  // this rank's: from `first_shard_` on
  std::unique_ptr<ShardTree> tree_;             // null: each shard adds up several batches first
  std::vector<ParameterRange> ranges_;
  std::unique_ptr<RankShards> rank_shards_;  // null: there is one process
  std::vector<Index> cuts_;                  // of the shards
  std::vector<StepSums> sums_;               // by shard
  GradientSum sum_;
  std::vector<double> squares_;  // by range
  std::shared_ptr<PackedWeights> packed_;
  std::vector<std::unique_ptr<Tape>> tapes_;  // one a worker
  std::unique_ptr<FrozenRows> frozen_;        // null: nothing is kept
  Index scratch_length_ = 0;
  std::vector<Scalar> scratch_;   // [threads, scratch_length]: a range's gradient each
  std::span<Profile> profiles_;   // [threads] or empty
  Gradient* gradient_ = nullptr;  // the one that there is
};

}  // namespace orochi
#pragma GCC visibility pop
