#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <orochi/error.hpp>

#include "train/resume_point.hpp"
#include "train/training_run.hpp"

namespace orochi {
namespace {

constexpr double smoothing = 0.98;             // of the running loss, a step
constexpr std::uint64_t steps_to_settle = 50;  // before the running loss says anything

}  // namespace

void Trainer::one_update(std::span<const std::uint32_t> order) {
  const std::size_t begin = static_cast<std::size_t>(progress_.position);
  const std::size_t size =
      static_cast<std::size_t>(config_.train.batch_size * config_.train.gradient_accumulation_steps);
  const std::span<const std::uint32_t> rows = order.subspan(begin, std::min(size, order.size() - begin));
  // Of the whole update: its sequences count alike in whatever micro-batch they stand.
  double normaliser = 0;
  for (const std::uint32_t row : rows) normaliser += stepper_.weight_of(data_.train.target(row));

  StepSums sums;
  std::uint64_t tokens = 0;
  const Clock::time_point start = Clock::now();
  for_micro_batches(rows, [&](const Batch& batch, bool first) {
    sums.add(stepper_.accumulate(batch, normaliser, random_key(), first));
    tokens += static_cast<std::uint64_t>(batch.num_rows());
  });
  const double rate = learning_rate(config_.train, *schedule_, progress_.step, total_steps_);
  const bool finite_loss = std::isfinite(sums.loss);
  const double norm = finite_loss ? stepper_.update(progress_.step - progress_.skipped_steps, rate) : NAN;
  if (!std::isfinite(norm)) return leave_out(rows, normaliser, finite_loss);
  ++progress_.step;
  progress_.position += rows.size();
  progress_.epoch_loss_sum += sums.loss;
  progress_.epoch_weight_sum += sums.weight;
  progress_.epoch_score_sum += sums.score;
  progress_.epoch_count += static_cast<std::uint64_t>(sums.items);
  norm_sum_ += norm;
  ++norm_count_;
  epoch_tokens_ += tokens;
  guard_loss(sums.loss / sums.weight);
  observer_.step(progress_.step, sums.loss / sums.weight, static_cast<double>(tokens) / seconds_since(start));
}

FailedStep Trainer::examine(std::span<const std::uint32_t> rows, double normaliser) {
  FailedStep failed;
  failed.sequences = std::ssize(rows);
  failed.broken_weight = broken_tensor(model_.parameters(), model_.parameters().flat());
  for_micro_batches(rows, [&](const Batch& batch, bool) {
    const StepFault fault = stepper_.find_fault(batch, normaliser, random_key());
    if (failed.fault.samples.empty()) failed.fault.first = fault.first;
    failed.fault.samples.insert(failed.fault.samples.end(), fault.samples.begin(), fault.samples.end());
  });
  if (!failed.fault.samples.empty()) return failed;
  for_micro_batches(rows, [&](const Batch& batch, bool first) {
    stepper_.accumulate(batch, normaliser, random_key(), first);
  });
  failed.gradients = stepper_.broken_gradients();
  return failed;
}

void Trainer::leave_out(std::span<const std::uint32_t> rows, double normaliser, bool finite_loss) {
  const auto most = static_cast<std::uint64_t>(config_.train.max_skips);
  const bool stop = config_.train.on_nonfinite == "stop", last = stop || progress_.skipped_steps >= most;
  const std::string what = fmt::format("at step {}: the {} is not a finite number{}", progress_.step + 1,
                                       finite_loss ? "gradient" : "loss",
                                       describe(examine(rows, normaliser), data_, last ? "\n  " : "; "));
  if (last)
    diverged(what + (stop ? ""
                          : fmt::format("\n  {} steps were left out before, train.max_skips allows no more",
                                        progress_.skipped_steps)),
             fmt::format("look at the sequences that are named, lower train.learning_rate ({}), raise "
                         "train.warmup_steps{}",
                         config_.train.learning_rate,
                         stop ? ", or leave such steps out with train.on_nonfinite=skip" : ""));
  ++progress_.step;
  progress_.position += rows.size();
  ++progress_.skipped_steps;
  observer_.note(fmt::format("left out {}, of at most {}: {}", progress_.skipped_steps, most, what));
}

void Trainer::guard_loss(double loss) {
  const std::uint64_t steps = progress_.step - progress_.skipped_steps;
  const double keep = steps == 1 ? 0 : smoothing;
  progress_.smoothed_loss = keep * progress_.smoothed_loss + (1 - keep) * loss;
  const double chance = task_.chance_loss(), factor = config_.train.divergence_factor;
  if (factor == 0 || steps < steps_to_settle || progress_.smoothed_loss <= factor * chance) return;
  diverged(
      fmt::format("at step {}: the smoothed training loss is {:.4g}, more than train.divergence_factor ({}) "
                  "times that of guessing, {:.4g}",
                  progress_.step, progress_.smoothed_loss, factor, chance),
      fmt::format(
          "lower train.learning_rate ({}), raise train.warmup_steps, or set train.divergence_factor=0",
          config_.train.learning_rate));
}

void Trainer::diverged(const std::string& what, const std::string& remedy) {
  folder_.retry();  // what is kept is what stands on the disk, not what waits for it
  throw Error(ExitCode::diverged,
              fmt::format("training diverged {}\n  kept: {}\n  next, in a new folder (--run DIR): {}", what,
                          kept_checkpoint(folder_.path()), remedy));
}

}  // namespace orochi
