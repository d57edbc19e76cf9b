#include "bench/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <numeric>
#include <sstream>

#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include <orochi/batching.hpp>
#include <orochi/updater.hpp>

#include "core/choices.hpp"
#include "core/kernels/kernels.hpp"
#include "core/thread_pool.hpp"
#include "run/machine_memory.hpp"
#include "run/memory_estimate.hpp"

namespace orochi {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Since this process was started, by the kernel's books (to a hundredth of a second).
double process_age() {
  std::ifstream stat("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));  // the name before it may hold spaces
  std::string field;
  for (int i = 3; i <= 22; ++i) fields >> field;  // 22: start, in ticks since boot
  if (field.empty()) return 0;
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) -
         std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// Starts the count of the process's largest resident size anew, so that each workload has its own.
void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// A model in training that goes round the workload's batches.
class Runner {
 public:
  Runner(const Workload& work, int threads, const Extensions& extensions)
      : work_(work),
        model_(work.config, work.input, work.task->shape(), extensions.layers),
        stepper_(model_, work.config.train, threads),
        updater_(extensions.optimizers.make(work.config.train.optimizer), model_.parameters(),
                 rounding_seed_of(work.config.train)),
        optimizers_(extensions.optimizers) {
    model_.parameters().initialize(work.config.train.seed);
  }
  /// One update; returns its tokens.
  Index step() {
    const std::vector<std::uint32_t>& rows =
        work_.batches[static_cast<std::size_t>(step_) % work_.batches.size()];
    const Batch batch = storage_.gather(work_.data, rows);
    const RandomKey key{static_cast<std::uint32_t>(work_.config.train.seed),
                        static_cast<std::uint32_t>(step_++)};
    Gradient gradient = stepper_.gradient();
    gradient.add(batch, *work_.task, weight_of(*work_.task, batch.targets, batch.weights), key);
    gradient.clip(work_.config.train.max_grad_norm);
    updater_.update(std::move(gradient), 1e-4);
    return batch.num_rows();
  }
  Stepper& stepper() { return stepper_; }
  /// What training takes by the estimate that `orochi train` refuses by: without evaluations and files.
  double estimated_memory(int threads) const {
    return static_cast<double>(model_.parameters().size()) * sizeof(Scalar) +
           estimate_memory(model_, *work_.task, work_.config, optimizers_, work_.data, {}, {}, threads)
               .training();
  }
  Index parameters() const { return model_.parameters().count(); }

 private:
  const Workload& work_;
  Classifier model_;
  Stepper stepper_;
  Updater updater_;
  const Optimizers& optimizers_;
  BatchStorage storage_;
  std::uint64_t step_ = 0;
};

void time_steps(Runner& runner, const BenchmarkRequest& request, std::size_t round, BenchmarkResult& result) {
  const std::size_t least = std::max<std::size_t>(5, round);
  std::vector<double> times;
  times.reserve(1 << 20);
  double tokens = 0, total = 0;
  const std::uint64_t allocated = request.allocations ? request.allocations() : 0;
  while (total < request.seconds || times.size() < least || times.size() % round != 0) {
    const Clock::time_point start = Clock::now();
    tokens += static_cast<double>(runner.step());
    times.push_back(seconds_since(start));
    total += times.back();
  }
  const auto steps = static_cast<double>(times.size());
  if (request.allocations)
    result.allocations_per_step = static_cast<double>(request.allocations() - allocated) / steps;
  result.steps = static_cast<Index>(times.size());
  result.tokens_per_step = tokens / steps;
  std::sort(times.begin(), times.end());
  const auto share = [&](double part) { return 1e3 * times[static_cast<std::size_t>(part * (steps - 1))]; };
  result.ms_low = share(0.1);
  result.ms_median = share(0.5);
  result.ms_high = share(0.9);
  // Steps of one size: by the median, which a busy neighbor does not move.
  result.tokens_per_second = round == 1 ? tokens / steps / (1e-3 * result.ms_median) : tokens / total;
}

void profile_steps(Runner& runner, int threads, Index steps, BenchmarkResult& result) {
  result.profile.clear();
  std::vector<Profile> profiles(static_cast<std::size_t>(threads));
  runner.stepper().set_profiles(profiles);
  const Clock::time_point start = Clock::now();
  for (Index i = 0; i < steps; ++i) runner.step();
  result.profiled_seconds = seconds_since(start) * threads;
  result.profiled_steps = steps;
  runner.stepper().set_profiles({});
  for (const Profile& profile : profiles) result.profile.add(profile);
}

}  // namespace

double peak_of_threads(int threads) {
  std::vector<double> rates(static_cast<std::size_t>(threads));
  ThreadPool(threads).for_each(
      threads, [&](Index i, int) { rates[static_cast<std::size_t>(i)] = kernels::peak_flops(0.15); });
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

BenchmarkResult run_benchmark(const Workload& work, const BenchmarkRequest& request,
                              const Extensions& extensions) {
  const Clock::time_point start = Clock::now();
  const double age = request.first ? process_age() : 0;
  malloc_trim(0);  // what workloads before have left
  reset_peak_memory();
  BenchmarkResult result;
  result.engine = kernels::engine_name(kernels::choose_engine(work.config.train.kernels.c_str()));
  const double before = resident_memory();
  Runner runner(work, request.threads, extensions);
  result.parameters = runner.parameters();
  result.shards = work.config.train.shards;
  runner.step();
  result.first_step_seconds = age + seconds_since(start);

  // Where all batches have one size a round is one step; else figures are of whole rounds.
  std::vector<Index> sizes;
  for (const std::vector<std::uint32_t>& batch : work.batches) {
    sizes.push_back(0);
    for (const std::uint32_t row : batch) sizes.back() += work.data.length(row);
  }
  const bool even = std::adjacent_find(sizes.begin(), sizes.end(), std::not_equal_to<>()) == sizes.end();
  const std::size_t round = even ? 1 : work.batches.size();
  for (std::size_t i = 0; i < std::max<std::size_t>(3, round); ++i) runner.step();
  time_steps(runner, request, round, result);
  result.peak_memory_mb = peak_memory() / 1048576;
  result.estimated_memory_mb = (before + runner.estimated_memory(request.threads)) / 1048576;

  profile_steps(runner, request.threads, static_cast<Index>(round), result);
  result.flops_per_step = result.profile.flops() / static_cast<double>(round);
  if (request.profile) {
    const double needed = request.seconds / (1e-3 * result.ms_median) / static_cast<double>(round);
    profile_steps(runner, request.threads,
                  static_cast<Index>(round) * std::max<Index>(3, static_cast<Index>(needed)), result);
    result.machine = measure_machine(request.threads);
  } else {
    result.profile.clear();
  }
  result.peak_flops = peak_of_threads(request.threads);
  return result;
}

}  // namespace orochi
