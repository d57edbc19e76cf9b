// How fast training steps are, and where their time goes.
#pragma once

#include <orochi/profile.hpp>
#include <orochi/run.hpp>

#include "bench/roofline.hpp"
#include "bench/workload.hpp"

namespace orochi {

struct BenchmarkRequest {
  int threads = 1;
  double seconds = 3;  // of measured steps, at least 5 of them
  bool profile = false;
  bool first = true;  // nothing ran before: the first step's time counts from the start of the process
  AllocationCounter allocations = nullptr;  // null: not counted
};

struct BenchmarkResult {
  std::string engine;
  Index shards = 0, parameters = 0, steps = 0;
  double tokens_per_step = 0, tokens_per_second = 0;
  double ms_median = 0, ms_low = 0, ms_high = 0;  // of a step; low and high: 10 and 90 of 100
  double flops_per_step = 0;                      // products and attention, without what is computed again
  double peak_flops = 0;                          // of the threads together
  double first_step_seconds = 0;                  // from the start of the process, or of the workload
  double peak_memory_mb = 0;
  double estimated_memory_mb = 0;    // before the first step, as training estimates it
  double allocations_per_step = -1;  // -1: not counted
  Profile profile;                   // of profiled steps, all workers; empty unless asked for
  double profiled_seconds = 0;       // wall clock times threads
  Index profiled_steps = 0;
  Machine machine;  // measured where a profile is asked for
};

/// Floating-point operations a second of all threads together, in a loop of multiply-adds.
double peak_of_threads(int threads);

BenchmarkResult run_benchmark(const Workload& work, const BenchmarkRequest& request,
                              const Extensions& extensions);

}  // namespace orochi
