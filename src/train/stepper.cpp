#include "train/stepper.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <orochi/ops.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "data/batching.hpp"
#include "train/lanes.hpp"

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

std::vector<Gradients*> pointers(const auto& lanes) {
  std::vector<Gradients*> result;
  for (const auto& lane : lanes) result.push_back(&lane->gradients);
  return result;
}

std::shared_ptr<PackedWeights> make_packed(const Parameters& parameters, const TrainConfig& config) {
  const kernels::Engine engine = kernels::choose_engine(config.kernels.c_str());
  return std::make_shared<PackedWeights>(parameters, engine,
                                         kernels::choose_precision(config.precision.c_str(), engine));
}

auto make_lanes(const auto& make, Index count) {
  std::vector<decltype(make())> lanes;
  for (Index i = 0; i < count; ++i) lanes.push_back(make());
  return lanes;
}

}  // namespace

Index lanes_within_bound(const TrainConfig& config, const Parameters& parameters) {
  const double each = static_cast<double>(parameters.dense_size()) * sizeof(Scalar);
  const double most = static_cast<double>(config.gradient_memory_mb) * 1e6 / std::max(each, 1.0);
  if (most >= static_cast<double>(config.lanes)) return config.lanes;
  return static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(std::max(most, 1.0))));
}

Stepper::Stepper(Classifier& model, const Task& task, const TrainConfig& config, const Optimizers& optimizers,
                 int threads)
    : model_(model),
      task_(task),
      config_(config),
      pool_(threads),
      updater_(optimizers.make(config.optimizer), model.parameters()),
      lanes_(make_lanes([&] { return std::make_unique<Lane>(model.parameters()); },
                        lanes_within_bound(config, model.parameters()))),
      sum_(model.parameters(), pointers(lanes_)),
      ranges_(parameter_ranges(model.parameters(), range_length)),
      squares_(ranges_.size()),
      packed_(make_packed(model.parameters(), config)) {
  for (int i = 0; i < pool_.size(); ++i) {
    tapes_.push_back(std::make_unique<Tape>(model.parameters(), config.kernels.c_str()));
    tapes_.back()->set_packed(packed_.get());
  }
  for (const ParameterRange& range : ranges_)
    scratch_length_ = std::max(scratch_length_, range.end - range.begin);
  scratch_.resize(static_cast<std::size_t>(pool_.size() * scratch_length_));
}
Stepper::~Stepper() = default;

void Stepper::set_profiles(std::span<Profile> profiles) {
  profiles_ = profiles;
  for (int i = 0; i < pool_.size(); ++i) tapes_[static_cast<std::size_t>(i)]->set_profile(profile(i));
}

Profile* Stepper::profile(int worker) {
  return profiles_.empty() ? nullptr : &profiles_[static_cast<std::size_t>(worker)];
}

double Stepper::weight_of(std::span<const double> targets) const {
  const Index width = task_.target_width();
  double sum = 0;
  for (Index i = 0; i * width < std::ssize(targets); ++i) sum += task_.weight(item(targets, i, width));
  return sum;
}

StepSums Stepper::run_chunk(Tape& tape, const Batch& chunk, double normaliser) {
  const Var outputs = model_.forward(tape, chunk);  // [M, K]
  const Var loss = task_.loss(outputs, chunk, normaliser);
  if (tape.watch() != nullptr) tape.watch()->check_results();
  loss.add_grad(RowMatrix::Ones(1, 1));
  tape.backward();
  return {static_cast<double>(loss.value()(0, 0)) * normaliser, weight_of(chunk.targets),
          sum_of_scores(task_, outputs, chunk), outputs.rows()};
}

void Stepper::run_lane(int worker, Lane& lane, const Batch& batch, double normaliser, RandomKey key) {
  Tape& tape = *tapes_[static_cast<std::size_t>(worker)];
  const Index chunks = (batch.num_rows() + config_.chunk_rows - 1) / config_.chunk_rows;
  cut_batch(batch, std::max<Index>(chunks, 1), lane.cuts);
  lane.sums = {};
  for (std::size_t i = 0; i + 1 < lane.cuts.size(); ++i) {
    tape.begin(Mode::train, &lane.gradients, key);
    const StepSums chunk = run_chunk(tape, slice(batch, lane.cuts[i], lane.cuts[i + 1]), normaliser);
    lane.sums.add(chunk);
  }
}

void Stepper::begin_update() {
  for (const std::unique_ptr<Lane>& lane : lanes_) lane->gradients.clear();
  sum_.clear();
  pool_.for_each(packed_->num_pieces(), [&](Index i, int worker) {
    const Measure measure(profile(worker), "packing weights", Pass::forward, 0, 0);
    packed_->pack(i);
  });
}

void Stepper::merge_rows() {
  sum_.begin_merge();
  pool_.for_each(static_cast<Index>(ranges_.size()), [&](Index r, int worker) {
    const Measure measure(profile(worker), "sum of micro-batches", Pass::forward, 0, 0);
    sum_.merge(ranges_[static_cast<std::size_t>(r)]);
  });
  sum_.end_merge();
}

StepSums Stepper::accumulate(const Batch& batch, double normaliser, RandomKey key, bool first) {
  if (first)
    begin_update();
  else
    merge_rows();
  cut_batch(batch, num_lanes(), cuts_);
  const Index count = static_cast<Index>(cuts_.size()) - 1;
  pool_.for_each(count, [&](Index i, int worker) {
    const std::size_t lane = static_cast<std::size_t>(i);
    run_lane(worker, *lanes_[lane], slice(batch, cuts_[lane], cuts_[lane + 1]), normaliser, key);
  });
  StepSums total;
  for (Index i = 0; i < count; ++i) total.add(lanes_[static_cast<std::size_t>(i)]->sums);
  return total;
}

StepFault Stepper::find_fault(const Batch& batch, double normaliser, RandomKey key) {
  Tape& tape = *tapes_.front();
  Gradients& gradients = lanes_.front()->gradients;
  NumberWatch watch(model_.parameters());
  Profile names;
  tape.set_watch(&watch);
  tape.set_profile(&names);
  StepFault fault;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    watch.clear();
    gradients.clear();
    tape.begin(Mode::train, &gradients, key);
    run_chunk(tape, slice(batch, b, b + 1), normaliser);
    if (!watch.found()) continue;
    if (fault.samples.empty()) fault.first = watch.fault();
    fault.samples.push_back(batch.samples[static_cast<std::size_t>(b)]);
  }
  tape.set_watch(nullptr);
  tape.set_profile(profile(0));
  return fault;
}

std::vector<std::string> Stepper::broken_gradients() {
  const std::vector<Scalar> sum = sum_.flat();
  std::vector<std::string> names;
  for (const ParameterView& view : model_.parameters().views()) {
    const auto first = sum.begin() + view.offset;
    if (std::any_of(first, first + view.size, [](Scalar x) { return !std::isfinite(x); }))
      names.push_back(view.name);
  }
  return names;
}

double Stepper::reduce() {
  sum_.begin();
  pool_.for_each(static_cast<Index>(ranges_.size()), [&](Index r, int worker) {
    const ParameterRange& range = ranges_[static_cast<std::size_t>(r)];
    const double bytes = static_cast<double>((range.end - range.begin) * (num_lanes() + 1)) * sizeof(Scalar);
    const Measure measure(profile(worker), "sum of the lanes", Pass::forward, 0, bytes);
    squares_[static_cast<std::size_t>(r)] = sum_.reduce(range, scratch(worker));
  });
  double sum = 0;
  for (const double square : squares_) sum += square;
  return sum;
}

double Stepper::update(std::uint64_t updates, double learning_rate) {
  const double norm = std::sqrt(reduce());
  if (!std::isfinite(norm)) return norm;
  const bool clip = config_.max_grad_norm > 0 && norm > config_.max_grad_norm;
  updater_.begin(updates, learning_rate, clip ? config_.max_grad_norm / norm : 1.0);
  pool_.for_each(static_cast<Index>(ranges_.size()), [&](Index r, int worker) {
    const ParameterRange& range = ranges_[static_cast<std::size_t>(r)];
    const Index passes =
        3 + 2 * static_cast<Index>(updater_.moments().size());  // gradient, parameters, moments
    const double bytes = static_cast<double>((range.end - range.begin) * passes) * sizeof(Scalar);
    const Measure measure(profile(worker), "update", Pass::forward, 0, bytes);
    updater_.update(range, sum_.gradient(range, scratch(worker)));
  });
  return norm;
}

}  // namespace orochi
