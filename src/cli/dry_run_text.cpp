#include "cli/dry_run_text.hpp"

#include <cmath>

#include <fmt/format.h>

#include "cli/text.hpp"
#include "data/file_errors.hpp"
#include "run/machine_memory.hpp"

namespace orochi {
namespace {

std::string size_text(const DryRun::Part& part) {
  return fmt::format("{}, {}", counted(part.sequences, "sequence"), counted(part.tokens, "token"));
}

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 0.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto minutes = static_cast<long long>(std::llround(std::min(seconds, 1e15) / 60));
  if (minutes < 60)
    return fmt::format("{} min {} s", static_cast<long long>(seconds) / 60,
                       static_cast<long long>(seconds) % 60);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string dry_run_text(const DryRun& found) {
  std::string text = fmt::format("training     {}\n", size_text(found.train));
  if (found.validation.sequences > 0) text += fmt::format("validation   {}\n", size_text(found.validation));
  if (found.test.sequences > 0) text += fmt::format("test         {}\n", size_text(found.test));
  text += fmt::format("model        {}{}\n", counted(found.parameters, "parameter"),
                      found.trained == found.parameters
                          ? ""
                          : fmt::format(", of which {} are trained", grouped(found.trained)));
  text += fmt::format("memory       about {}; {}\n", memory_text(found.memory), found.memory_left);
  const double mean_step = found.seconds / static_cast<double>(found.timed_steps);
  text += fmt::format("step         {:.1f} ms, {} tokens/s on {}, products by {} ({} timed)\n",
                      1e3 * mean_step, grouped(static_cast<Index>(found.tokens_per_second)),
                      counted(found.threads, "thread"), found.engine, counted(found.timed_steps, "step"));
  const double epoch = found.epoch_seconds + found.validation_seconds;
  text += fmt::format("epoch        {}", duration_text(epoch));
  if (found.validation_seconds > 0)
    text += fmt::format(", of which validation takes {}", duration_text(found.validation_seconds));
  const double run = mean_step * static_cast<double>(found.steps) +
                     found.validation_seconds * static_cast<double>(found.epochs);
  text +=
      fmt::format("\nrun          {} in {}: {} at most\n", counted(static_cast<Index>(found.steps), "step"),
                  counted(static_cast<Index>(found.epochs), "epoch"), duration_text(run));
  return text + fmt::format("run folder   {}{}\nnothing was written\n", escape(found.run),
                            found.holds_run
                                ? ", which holds a run: --resume, --overwrite or another --run is needed"
                                : "");
}

}  // namespace orochi
