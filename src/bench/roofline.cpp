#include "bench/roofline.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "core/thread_pool.hpp"

namespace orochi {
namespace {

constexpr double measured_seconds = 0.03;  // each
constexpr std::array<double, 4> sizes{16e3, 256e3, 2e6, 32e6};

/// The best of many calls, each of which does `amount` of something.
double best_rate(double amount, const auto& call) {
  double best = 0;
  const auto start = std::chrono::steady_clock::now();
  auto before = start;
  do {
    call();
    const auto now = std::chrono::steady_clock::now();
    best = std::max(best, amount / std::chrono::duration<double>(now - before).count());
    before = now;
  } while (before - start < std::chrono::duration<double>(measured_seconds));
  return best;
}

double rate_of_memory(double size) {
  const auto n = static_cast<Index>(size / 3 / sizeof(Scalar));
  std::vector<Scalar> numbers(as_size(3 * n), Scalar(1));
  const Index times = std::max<Index>(1, static_cast<Index>(1e6 / size));  // a clock takes time, too
  return best_rate(static_cast<double>(3 * n * times) * sizeof(Scalar), [&] {
    for (Index i = 0; i < times; ++i)
      kernels::add(n, numbers.data(), numbers.data() + n, numbers.data() + 2 * n);
  });
}

Machine measure_thread() {
  constexpr Index n = 1024, rows = 2, times = 64;
  std::vector<Scalar> x(n * rows, Scalar(0.5)), y(n * rows);
  const std::array<kernels::RandomRow, rows> at{{{1, 1, 1, 1, 0}, {1, 1, 1, 1, 1}}};
  Machine machine;
  machine.flops = kernels::peak_flops(measured_seconds);
  machine.exponentials = best_rate(n * times, [&] {
    for (Index i = 0; i < times; ++i) kernels::exponentials(n, x.data(), y.data());
  });
  machine.random_numbers = best_rate(n * rows * times, [&] {
    for (Index i = 0; i < times; ++i) kernels::dropout_factors(rows, n, 0.1, at.data(), y.data(), n);
  });
  for (const double size : sizes) machine.memory.push_back({size, rate_of_memory(size)});
  return machine;
}

}  // namespace

Machine measure_machine(int threads) {
  std::vector<Machine> each(static_cast<std::size_t>(threads));
  ThreadPool(threads).for_each(threads, [&](Index i, int) { each[as_size(i)] = measure_thread(); });
  Machine mean;
  for (const double size : sizes) mean.memory.push_back({size, 0});
  for (const Machine& one : each) {
    mean.flops += one.flops / threads;
    mean.exponentials += one.exponentials / threads;
    mean.random_numbers += one.random_numbers / threads;
    for (std::size_t i = 0; i < sizes.size(); ++i) mean.memory[i].rate += one.memory[i].rate / threads;
  }
  return mean;
}

double LeastTime::seconds() const { return std::max(products + exponentials + random_numbers, memory); }

const char* LeastTime::reason() const {
  if (seconds() <= 0) return "-";
  if (memory >= products + exponentials + random_numbers) return "memory";
  if (products >= std::max(exponentials, random_numbers)) return "products";
  return exponentials >= random_numbers ? "exponentials" : "random numbers";
}

LeastTime least_time(const Cost& cost, const Machine& machine) {
  constexpr double share_of_peak = 0.96;
  const double each = cost.bytes / std::max(cost.calls, 1.0);
  const auto holds = [&](const Machine::Level& level) { return each <= level.size; };
  const auto level = std::find_if(machine.memory.begin(), machine.memory.end() - 1, holds);
  return {cost.flops / (share_of_peak * machine.flops), cost.exponentials / machine.exponentials,
          cost.random_numbers / machine.random_numbers, cost.bytes / level->rate};
}

}  // namespace orochi
