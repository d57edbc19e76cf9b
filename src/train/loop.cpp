// What training does.
#include <algorithm>

#include <orochi/loop.hpp>

#include "train/shards.hpp"
#include "train/step_fault.hpp"

namespace orochi {
namespace {

std::uint64_t steps_of_epoch(Index sequences, const TrainConfig& config) {
  const auto rounded_up = [](Index a, Index b) { return (a + b - 1) / b; };
  const Index batches = rounded_up(sequences, config.batch_size);
  return static_cast<std::uint64_t>(rounded_up(batches, config.gradient_accumulation_steps));
}

std::uint64_t count_steps(std::uint64_t each, const TrainConfig& config) {
  const std::uint64_t steps = each * static_cast<std::uint64_t>(config.epochs);
  return config.max_steps > 0 ? std::min(steps, static_cast<std::uint64_t>(config.max_steps)) : steps;
}

}  // namespace

Loop::Loop(Classifier& model, const Task& task, const Sequences& data, const TrainConfig& config,
           const Extensions& extensions, int threads, Communicator* ranks)
    : parameters_(model.parameters()),
      task_(task),
      data_(data),
      config_(config),
      stepper_(model, config, threads, ranks),
      updater_(extensions.optimizers.make(config.optimizer), model.parameters(), rounding_seed_of(config)),
      schedule_(extensions.schedules.make(config.schedule)),
      steps_each_(steps_of_epoch(data.size(), config)),
      total_steps_(count_steps(steps_each_, config)),
      ranks_(ranks) {
  if (const auto averaging = averaging_of(config, total_steps_)) updater_.keep_average(*averaging);
  if (kept_frozen_bytes(model, task, data) > 0) stepper_.keep_frozen(data);
}

void Loop::begin_epoch() {
  order_ = epoch_order(data_, config_.seed, progress.epoch);
  ordered_epoch_ = progress.epoch;
}

Loop::Step Loop::step() {
  lead(Order::step, progress);
  Batch all;
  Step step = prepare(all);

  Gradient gradient = stepper_.gradient();
  for_micro_batches(all, [&](const Batch& batch) {
    step.sums.add(gradient.add(batch, task_, step.normalizer, step.key));  // forward and backward pass
    step.tokens += batch.num_rows();
  });
  step.norm = std::isfinite(step.sums.loss) ? gradient.clip(config_.max_grad_norm) : NAN;
  step.rate = learning_rate(config_, *schedule_, progress.step, total_steps_);
  if (step.has_updated()) updater_.update(std::move(gradient), step.rate);
  count(step);
  return step;
}

Loop::Step Loop::prepare(Batch& all) {
  Step step;
  const auto size = static_cast<std::size_t>(config_.batch_size * config_.gradient_accumulation_steps);
  const std::span<const std::uint32_t> left = std::span(order_).subspan(progress.position);
  step.rows = left.first(std::min(size, left.size()));
  step.key = {static_cast<std::uint32_t>(config_.seed), static_cast<std::uint32_t>(progress.step)};
  all = gather(step);
  // Of the whole update: its sequences count alike in whatever micro-batch they are.
  step.normalizer = weight_of(task_, all.targets, all.weights);
  return step;
}

Batch Loop::gather(const Step& step) {
  return ask(task_, storage_.gather(data_, step.rows), step.key, asked_);
}

template <class Use>
void Loop::for_micro_batches(const Batch& batch, Use use) {
  const Index size = config_.batch_size, end = batch.num_sequences();
  for (Index at = 0; at < end; at += size) use(slice(batch, at, std::min(at + size, end)));
}

void Loop::count(const Step& step) {
  ++progress.step;
  progress.position += step.rows.size();
  if (!step.has_updated()) {
    ++progress.skipped_steps;
    return;
  }
  progress.epoch_loss_sum += step.sums.loss;
  progress.epoch_weight_sum += step.sums.weight;
  progress.epoch_score_sum += step.sums.score;
  progress.epoch_count += static_cast<std::uint64_t>(step.sums.items);
}

double Loop::last_rate() const { return learning_rate(config_, *schedule_, progress.step - 1, total_steps_); }

void Loop::end_epoch() {
  ++progress.epoch;
  progress.position = 0;
  progress.epoch_loss_sum = progress.epoch_weight_sum = progress.epoch_score_sum = 0;
  progress.epoch_count = 0;
}

StepFault Loop::find_fault(const Step& step) {
  StepFault all;
  for_micro_batches(gather(step), [&](const Batch& batch) {
    const StepFault fault = stepper_.find_fault(batch, task_, step.normalizer, step.key);
    if (all.samples.empty()) all.first = fault.first;
    all.samples.insert(all.samples.end(), fault.samples.begin(), fault.samples.end());
  });
  return all;
}

std::vector<Scalar> Loop::gradient_of(const Step& step) {
  Progress before = progress;  // the others find the step by it
  --before.step;
  before.position -= step.rows.size();
  lead(Order::gradient, before);
  Gradient gradient = stepper_.gradient();
  for_micro_batches(gather(step),
                    [&](const Batch& batch) { gradient.add(batch, task_, step.normalizer, step.key); });
  return gradient.flat();
}

}  // namespace orochi
