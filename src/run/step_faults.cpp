#include <cmath>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/choices.hpp"
#include "data/file_errors.hpp"
#include "run/resume_point.hpp"
#include "run/training_run.hpp"

namespace orochi {
namespace {

constexpr double smoothing = 0.98;             // of the running loss, a step
constexpr std::uint64_t steps_to_settle = 50;  // before the running loss says anything

}  // namespace

FailedStep Trainer::examine(const Loop::Step& step) {
  FailedStep failed;
  failed.sequences = std::ssize(step.rows);
  const Parameters& parameters = model_.classifier->parameters();
  failed.broken_weights = broken_tensors(parameters, parameters.flat());
  failed.fault = loop_.find_fault(step);
  if (failed.fault.samples.empty()) failed.gradients = broken_tensors(parameters, loop_.gradient_of(step));
  return failed;
}

void Trainer::leave_out(const Loop::Step& step) {
  const auto most = static_cast<std::uint64_t>(config_.train.max_skips);
  const auto before = static_cast<Index>(progress_.skipped_steps) - 1;
  const bool stop = nonfinite_choice.is(config_.train.on_nonfinite, OnNonfinite::stop),
             last = stop || progress_.skipped_steps > most;
  const std::string what = fmt::format("at step {}: the {} is not a finite number{}", progress_.step,
                                       std::isfinite(step.sums.loss) ? "gradient" : "loss",
                                       describe(examine(step), data_, last ? "\n  " : "; "));
  if (last)
    diverged(what + (stop ? ""
                          : fmt::format("\n  {} left out before, train.max_skips allows no more",
                                        counted(before, "step") + (before == 1 ? " was" : " were"))),
             fmt::format("look at the sequences that are named, lower train.learning_rate ({}), raise "
                         "train.warmup_steps{}",
                         config_.train.learning_rate,
                         stop ? ", or leave such steps out with train.on_nonfinite=skip" : ""));
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
  folder_.retry();  // what is kept is what is on the disk, not what waits for it
  throw Error(ExitCode::diverged,
              fmt::format("training diverged {}\n  kept: {}\n  next, in a new folder (--run DIR): {}", what,
                          kept_checkpoint(folder_.path()), remedy));
}

}  // namespace orochi
