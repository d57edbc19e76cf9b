#include <chrono>

#include "core/kernels/kernels.hpp"
#include "core/kernels/vectors.hpp"

namespace orochi::kernels {
namespace {

constexpr int chains = 12;  // more than a multiply-add takes cycles, times the units that do them

}  // namespace

double peak_flops(double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr Index rounds = 100000;
  Vector sums[chains] = {};
  const Vector factor = Vector{} + Scalar(0.999), step = Vector{} + Scalar(1e-3);
  double best = 0;
  const Clock::time_point start = Clock::now();
  Clock::time_point before = start;
  while (before - start < std::chrono::duration<double>(seconds)) {
    for (Index round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
      for (int i = 0; i < chains; ++i) sums[i] = sums[i] * factor + step;
    }
    const Clock::time_point now = Clock::now();
    const double rate = static_cast<double>(2 * rounds * chains * vector_length) /
                        std::chrono::duration<double>(now - before).count();
    best = rate > best ? rate : best;
    before = now;
  }
  volatile Scalar used = 0;  // or the loop would be dropped
  for (const Vector& sum : sums) used = used + sum[0];
  return best;
}

}  // namespace orochi::kernels
