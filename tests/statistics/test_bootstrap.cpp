// The bootstrap against distributions that are known.
#include <cmath>
#include <numeric>

#include "catch.hpp"
#include "data/split_mix.hpp"
#include "statistics.hpp"
#include "statistics/bootstrap.hpp"

using namespace orochi;

namespace {

std::function<double(Resample)> mean_of(const std::vector<double>& values) {
  return [&values](Resample numbers) {
    const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0,
                                       [&](double all, std::uint32_t i) { return all + values[i]; });
    return sum / static_cast<double>(numbers.size());
  };
}

}  // namespace

TEST_CASE("the interval of a share is the binomial's") {
  std::vector<double> values(100);
  std::fill_n(values.begin(), 30, 1.0);
  const Interval found = mean_interval(values, {20000});
  CHECK(found.low == 0.21);   // P(X <= 20) = 0.017, P(X <= 21) = 0.029
  CHECK(found.high == 0.39);  // P(X <= 38) = 0.966, P(X <= 39) = 0.979
}

TEST_CASE("95 of 100 intervals hold the true mean") {
  constexpr int data_sets = 1000;
  int covered = 0;
  for (int d = 0; d < data_sets; ++d) {
    SplitMix random(7, static_cast<std::uint64_t>(d));
    std::vector<double> values(200);  // uniform: mean 1 / 2
    for (double& value : values) value = static_cast<double>(random.next()) * 0x1p-64;
    const Interval found = bootstrap(200, mean_of(values), {400, static_cast<std::uint64_t>(d)});
    covered += found.low <= 0.5 && 0.5 <= found.high;
  }
  CHECK(binomial_tail(data_sets, 0.945, covered) > 1e-3);  // of so few draws a little below 0.95
}

TEST_CASE("resamples are the same again, on any number of threads, and others by another seed") {
  std::vector<double> values(50);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<double>(i));
  const auto intervals = [&](std::uint64_t seed, int threads) {
    const auto both = [&](Resample numbers, std::span<double> into) {
      into[0] = mean_of(values)(numbers);
      into[1] = values[numbers.front()];
    };
    std::vector<double> all;
    for (const Interval& one : bootstrap(50, 2, both, {300, seed, threads}))
      all.insert(all.end(), {one.low, one.high});
    return all;
  };
  CHECK(intervals(1, 1) == intervals(1, 3));
  CHECK(intervals(1, 1) != intervals(2, 1));
  const Interval one = bootstrap(50, mean_of(values), {300, 1});
  CHECK(std::vector{one.low, one.high} == std::vector{intervals(1, 1)[0], intervals(1, 1)[1]});
}

TEST_CASE("replicates without a figure are left out") {
  const auto rarely = [](Resample numbers) { return numbers.front() == 0 ? 3.0 : std::nan(""); };
  const Interval found = bootstrap(4, rarely, {200});
  CHECK(found.low == 3);
  CHECK(found.high == 3);
  CHECK(std::isnan(bootstrap(4, [](Resample) { return std::nan(""); }, {200}).low));
  CHECK(std::isnan(bootstrap(0, rarely, {200}).high));
}
