// What a run would take, by its config and data and some steps: without a folder.
#include <filesystem>

#include "core/kernels/kernels.hpp"
#include "inference/model_file.hpp"
#include "run/machine_memory.hpp"
#include "run/memory_estimate.hpp"
#include "run/training_run.hpp"
#include "train/rates.hpp"

namespace orochi {
namespace {

constexpr double enough_seconds = 1;  // of measured steps, or of evaluation

DryRun::Part part_of(const Sequences& data) {
  return {data.size(), data.size() == 0 ? 0 : data.offsets[static_cast<std::size_t>(data.size())]};
}

/// Steps, and what they take; the first one, which allocates and packs, does not count.
void time_steps(Loop& loop, DryRun& result) {
  constexpr Index most_steps = 200;
  double tokens = 0;
  bool counts = false;
  while (!loop.is_done() && result.seconds < enough_seconds && result.timed_steps < most_steps) {
    loop.begin_epoch();
    while (!loop.epoch_is_over() && result.seconds < enough_seconds && result.timed_steps < most_steps) {
      const Clock::time_point start = Clock::now();
      const Loop::Step step = loop.step();
      if (counts || loop.total_steps() == 1) {
        result.seconds += seconds_since(start);
        tokens += static_cast<double>(step.tokens);
        ++result.timed_steps;
      }
      counts = true;
    }
    loop.end_epoch();
  }
  result.tokens_per_second = tokens / result.seconds;
  result.epoch_seconds = static_cast<double>(result.train.tokens) / result.tokens_per_second;
}

/// A part of the validation data, scaled up to all of it.
double validation_seconds(Inference& inference, const Sequences& data) {
  if (data.size() == 0) return 0;
  constexpr Index at_a_time = 256;
  std::vector<std::uint32_t> samples;  // [B]
  const Batch all = as_batch(data, samples);
  const Clock::time_point start = Clock::now();
  Index done = 0;
  for (; done < all.num_sequences() && seconds_since(start) < enough_seconds;
       done = std::min(done + at_a_time, all.num_sequences()))
    static_cast<void>(inference.outputs(slice(all, done, std::min(done + at_a_time, all.num_sequences()))));
  return seconds_since(start) * static_cast<double>(all.num_sequences()) / static_cast<double>(done);
}

}  // namespace

DryRun dry_run(TrainRequest request, const Extensions& extensions, TrainObserver& observer) {
  request.overwrite = true;  // nothing is written: a folder in use is as good as another
  const RunSetup setup = prepare_run(request, extensions);
  const int threads = request.threads > 0 ? request.threads : available_threads();
  RunData data = load_run_data(setup, request, extensions);
  for (const std::string& note : setup.notes) observer.note(note);
  for (const std::string& note : data.loaded.notes) observer.note(note);
  Model model(setup.config, data.loaded.preprocessing, std::move(data.task), extensions);
  data.start.reset();
  const MemoryEstimate memory = estimate_memory(model, data.loaded, threads);
  DryRun result;
  result.run = setup.folder;
  result.holds_run = holds_run(setup.folder);
  result.threads = threads;
  result.engine = kernels::engine_name(kernels::choose_engine(model.config.train.kernels.c_str()));
  result.train = part_of(data.loaded.train);
  result.validation = part_of(data.loaded.validation);
  result.test = part_of(data.loaded.test);
  result.memory = resident_memory() + memory.total();
  result.memory_left = memory_left(request.max_memory).reason;
  refuse_large_run(memory, request.max_memory);
  with_location(
      setup.config_path, request.overrides, extensions,
      [&] { with_rates(*model.classifier, model.config.train); }, setup.config_text);
  Parameters& parameters = model.classifier->parameters();
  parameters.initialize(model.config.train.seed);
  result.parameters = parameters.count();
  result.trained = trained_count(parameters);
  Loop loop(*model.classifier, *model.task, data.loaded.train, model.config.train, extensions, threads);
  result.steps = loop.total_steps();
  result.epochs = loop.epoch_of(loop.total_steps());
  time_steps(loop, result);
  Inference inference(model, threads);
  result.validation_seconds = validation_seconds(inference, data.loaded.validation);
  return result;
}

}  // namespace orochi
