#include <algorithm>
#include <bit>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/ops.hpp>
#include <orochi/profile.hpp>
#include <orochi/stepper.hpp>

#include "core/anomaly_detector.hpp"
#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "core/packed_weights.hpp"
#include "core/thread_pool.hpp"
#include "model/frozen_rows.hpp"
#include "train/objective.hpp"
#include "train/rank_shards.hpp"
#include "train/rates.hpp"
#include "train/shard_tree.hpp"
#include "train/shards.hpp"
#include "train/step_fault.hpp"

namespace orochi {
namespace {

constexpr Index range_length = 8192;  // scalars a worker reduces at a time: 32 KB stay in the first cache

/// Item i of targets [M, W].
std::span<const double> item(std::span<const double> targets, Index i, Index width) {
  return targets.subspan(as_size(i * width), as_size(width));
}

double sum_of_scores(const Task& task, Var outputs, const Batch& batch) {
  double sum = 0;
  for (Index i = 0; i < outputs.rows(); ++i) {
    const std::span row(outputs.data() + i * outputs.cols(), as_size(outputs.cols()));  // [K]
    sum += task.score(row, item(batch.targets, i, batch.target_width));
  }
  return sum;
}

std::vector<Gradients*> pointers(const auto& shards) {
  std::vector<Gradients*> result;
  for (const auto& shard : shards) result.push_back(&shard->gradients);
  return result;
}

std::shared_ptr<PackedWeights> make_packed(const Parameters& parameters, const TrainConfig& config) {
  const kernels::Engine engine = kernels::choose_engine(config.kernels.c_str());
  return std::make_shared<PackedWeights>(parameters, engine,
                                         kernels::choose_precision(config.precision.c_str(), engine));
}

}  // namespace

Index shards_within_bound(const TrainConfig& config, const Parameters& parameters) {
  const double each = static_cast<double>(parameters.dense_size()) * sizeof(Scalar);
  const double most = static_cast<double>(config.gradient_memory_mb) * 1e6 / std::max(each, 1.0);
  if (most >= static_cast<double>(config.shards)) return config.shards;
  return static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(std::max(most, 1.0))));
}

double weight_of(const Task& task, std::span<const double> targets, std::span<const float> weights) {
  const Index width = task.target_width();
  double sum = 0;
  for (Index i = 0; i * width < std::ssize(targets); ++i) {
    const double own = weights.empty() ? 1 : static_cast<double>(weights[as_size(i)]);
    sum += own * task.weight(item(targets, i, width));
  }
  return sum;
}

std::vector<std::unique_ptr<Stepper::Shard>> Stepper::make_shards(const Parameters& parameters, Index count) {
  const auto memory = std::make_shared<GradientMemory>(parameters.dense_size(), count);
  std::vector<std::unique_ptr<Shard>> shards;
  for (Index i = 0; i < count; ++i) shards.push_back(std::make_unique<Shard>(parameters, memory));
  return shards;
}

Stepper::Stepper(Classifier& model, const TrainConfig& config, int threads, Communicator* ranks)
    : model_(with_rates(model, config)),
      config_(config),
      pool_(std::make_unique<ThreadPool>(threads)),
      num_shards_(shards_within_bound(config, model.parameters())),
      first_shard_(shards_of_rank(num_shards_, ranks).first),
      shards_(make_shards(model.parameters(), shards_of_rank(num_shards_, ranks).last - first_shard_)),
      tree_(config.gradient_accumulation_steps > 1
                ? nullptr
                : std::make_unique<ShardTree>(pointers(shards_), model.parameters(), threads)),
      ranges_(parameter_ranges(model.parameters(), range_length)),
      rank_shards_(ranks == nullptr ? nullptr
                                    : std::make_unique<RankShards>(*ranks, model.parameters(),
                                                                   pointers(shards_), num_shards_, ranges_)),
      sum_(model.parameters(), rank_shards_ ? rank_shards_->all() : pointers(shards_)),
      squares_(ranges_.size()),
      packed_(make_packed(model.parameters(), config)) {
  if (config.shards < 1 || config.chunk_rows < 1)
    throw usage_error("[stepper] expected train.shards and train.chunk_rows of 1 or more");
  for (int i = 0; i < pool_->size(); ++i) {
    tapes_.push_back(std::make_unique<Tape>(model.parameters(), config.kernels.c_str()));
    tapes_.back()->set_packed(packed_.get());
  }
  for (const ParameterRange& range : ranges_)
    scratch_length_ = std::max(scratch_length_, range.end - range.begin);
  scratch_.resize(static_cast<std::size_t>(pool_->size() * scratch_length_));
}
Stepper::~Stepper() {
  if (gradient_ != nullptr) gradient_->stepper_ = nullptr;
}

void Stepper::set_profiles(std::span<Profile> profiles) {
  profiles_ = profiles;
  for (int i = 0; i < pool_->size(); ++i) tapes_[static_cast<std::size_t>(i)]->set_observer(profile(i));
}

Profile* Stepper::profile(int worker) {
  return profiles_.empty() ? nullptr : &profiles_[static_cast<std::size_t>(worker)];
}

Gradient Stepper::gradient() {
  if (gradient_ != nullptr)
    throw failure("[gradient] a stepper has one gradient at a time: update with the one before, or drop it");
  return Gradient(*this);
}

Gradient Stepper::gradient(const Batch& batch, const LossFunction& loss, RandomKey key) {
  Gradient result = gradient();
  result.add(batch, loss, static_cast<double>(model_.num_items(batch)), key);
  return result;
}

double kept_frozen_bytes(const Classifier& model, const Task& task, const Sequences& data) {
  constexpr double most = 2e9;
  const Index blocks = frozen_blocks(model);
  if (blocks == 0 || !task.are_in_file()) return 0;
  const double bytes = FrozenRows::bytes(data, model.block_width(blocks - 1));
  return data.storage().is_on_disk() || bytes <= most ? bytes : 0;
}

void Stepper::keep_frozen(const Sequences& data) {
  const Index blocks = frozen_blocks(model_);
  frozen_ = std::make_unique<FrozenRows>(data, blocks, model_.block_width(blocks - 1));
}

StepSums Stepper::run_chunk(Tape& tape, const Batch& chunk, const Objective& objective, FrozenRows* frozen) {
  const Var outputs = model_.forward(tape, chunk, frozen);  // [M, K]
  const Var loss = objective.loss(outputs, chunk, objective.normalizer);
  if (loss.rows() != 1 || loss.cols() != 1)
    throw failure("[loss] expected [1, 1], found [" + std::to_string(loss.rows()) + ", " +
                  std::to_string(loss.cols()) + "]: sum over the sequences, then divide by the normalizer");
  loss.add_grad(RowMatrix::Ones(1, 1));
  tape.backward();
  const double sum = static_cast<double>(loss.value()(0, 0)) * objective.normalizer;
  if (objective.task == nullptr) return {sum, static_cast<double>(outputs.rows()), 0, outputs.rows()};
  return {sum, weight_of(*objective.task, chunk.targets, chunk.weights),
          sum_of_scores(*objective.task, outputs, chunk), outputs.rows()};
}

StepSums Stepper::run_shard(int worker, Shard& shard, const Batch& batch, const Objective& objective,
                            RandomKey key) {
  Tape& tape = *tapes_[static_cast<std::size_t>(worker)];
  const Index chunks = (batch.num_rows() + config_.chunk_rows - 1) / config_.chunk_rows;
  cut_batch(batch, std::max<Index>(chunks, 1), shard.cuts);
  StepSums sums;
  for (std::size_t i = 0; i + 1 < shard.cuts.size(); ++i) {
    tape.begin(Mode::train, &shard.gradients, key);
    sums.add(run_chunk(tape, slice(batch, shard.cuts[i], shard.cuts[i + 1]), objective, frozen_.get()));
  }
  return sums;
}

void Stepper::clear() {
  for (const std::unique_ptr<Shard>& shard : shards_) shard->gradients.clear();
  if (rank_shards_) rank_shards_->clear();
  sum_.clear();
  pool_->for_each(packed_->num_pieces(), [&](Index i, int worker) {
    const Measure measure(profile(worker), "packing weights", Pass::forward, 0, 0);
    packed_->pack(i);
  });
  packed_->end_packing();
}

void Stepper::merge() {
  if (tree_) tree_->add_rest();
  sum_.begin_merge();
  pool_->for_each(std::ssize(ranges_), [&](Index r, int worker) {
    const Measure measure(profile(worker), "sum of micro-batches", Pass::forward, 0, 0);
    sum_.merge(ranges_[static_cast<std::size_t>(r)]);
  });
  sum_.end_merge();
}

StepSums Stepper::add(const Batch& batch, const Objective& objective, RandomKey key, bool first) {
  if (first)
    clear();
  else
    merge();
  cut_batch(batch, num_shards(), cuts_);
  const Index count = std::ssize(cuts_) - 1;
  const Index own = std::clamp<Index>(count - first_shard_, 0, std::ssize(shards_));
  sums_.resize(as_size(count));
  if (tree_) tree_->begin(own);
  pool_->for_each(own, [&](Index i, int worker) {
    const std::size_t shard = as_size(first_shard_ + i);
    sums_[shard] =
        run_shard(worker, *shards_[as_size(i)], slice(batch, cuts_[shard], cuts_[shard + 1]), objective, key);
    if (tree_) tree_->finished(i, profile(worker));
  });
  if (rank_shards_) rank_shards_->share(sums_);
  StepSums total;
  for (const StepSums& shard : sums_) total.add(shard);
  return total;
}

StepFault Stepper::find_fault(const Batch& batch, const Task& task, double normalizer, RandomKey key) {
  const Gradient none = gradient();  // its memory is used
  Tape& tape = *tapes_.front();
  Gradients& gradients = shards_.front()->gradients;
  AnomalyDetector watch(model_.parameters());
  tape.set_observer(&watch);
  const LossFunction loss = loss_of(task);
  StepFault fault;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    watch.clear();
    gradients.clear();
    tape.begin(Mode::train, &gradients, key);
    run_chunk(tape, slice(batch, b, b + 1), {loss, &task, normalizer}, nullptr);
    if (!watch.found()) continue;
    if (fault.samples.empty()) fault.first = watch.fault();
    fault.samples.push_back(batch.samples[static_cast<std::size_t>(b)]);
  }
  tape.set_observer(profile(0));
  return fault;
}

double Stepper::sum_of_squares() {
  sum_.begin();
  if (rank_shards_) rank_shards_->add_up(*pool_);
  const Index summed = tree_ ? tree_->roots() : num_shards();
  pool_->for_each(std::ssize(ranges_), [&](Index r, int worker) {
    const ParameterRange& range = ranges_[static_cast<std::size_t>(r)];
    const double bytes = static_cast<double>((range.end - range.begin) * (summed + 1)) * sizeof(Scalar);
    const Measure measure(profile(worker), "sum of the shards", Pass::forward, 0, bytes);
    squares_[static_cast<std::size_t>(r)] = sum_of_squares(range, worker);
  });
  double sum = 0;
  for (const double square : squares_) sum += square;
  return sum;
}

double Stepper::sum_of_squares(const ParameterRange& range, int worker) {
  if (!rank_shards_ || !model_.parameters().entry(range.id).is_dense())
    return sum_.reduce(range, scratch(worker));
  return kernels::sum_of_squares(range.end - range.begin, sum_.gradient(range, scratch(worker)));
}

}  // namespace orochi
