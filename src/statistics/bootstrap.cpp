#include "statistics/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/as_size.hpp"
#include "core/thread_pool.hpp"
#include "data/split_mix.hpp"

namespace orochi {
namespace {

Interval middle(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {none, none};
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    return values[static_cast<std::size_t>(std::lround(q * static_cast<double>(values.size() - 1)))];
  };
  return {quantile(0.025), quantile(0.975)};
}

}  // namespace

Interval interval_at_end(double share, Index count) {
  const double far = std::pow(0.025, 1 / static_cast<double>(count));
  return share > 0.5 ? Interval{far, 1} : Interval{0, 1 - far};
}

std::vector<Interval> bootstrap(Index size, std::size_t count,
                                const std::function<void(Resample, std::span<double>)>& figures,
                                const BootstrapOptions& options) {
  if (size == 0) return std::vector<Interval>(count, middle({}));
  ThreadPool pool(options.threads);
  std::vector<std::vector<std::uint32_t>> drawn(as_size(pool.size()),
                                                std::vector<std::uint32_t>(as_size(size)));  // of each worker
  std::vector<double> found(as_size(options.replicates) * count);  // [replicates, count]
  pool.for_each(options.replicates, [&](Index i, int worker) {
    std::vector<std::uint32_t>& numbers = drawn[as_size(worker)];
    SplitMix random(options.seed, static_cast<std::uint64_t>(i));
    for (std::uint32_t& number : numbers) number = random.below(static_cast<std::uint32_t>(size));
    figures(numbers, std::span(found).subspan(as_size(i) * count, count));
  });
  std::vector<Interval> intervals;
  for (std::size_t f = 0; f < count; ++f) {
    std::vector<double> values;
    for (std::size_t at = f; at < found.size(); at += count) values.push_back(found[at]);
    intervals.push_back(middle(std::move(values)));
  }
  return intervals;
}

Interval bootstrap(Index size, const std::function<double(Resample)>& figure,
                   const BootstrapOptions& options) {
  const auto one = [&](Resample numbers, std::span<double> into) { into.front() = figure(numbers); };
  return bootstrap(size, 1, one, options).front();
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Interval mean_interval(std::span<const double> values, const BootstrapOptions& options) {
  const auto mean = [&](Resample numbers) {
    double sum = 0;
    for (const std::uint32_t b : numbers) sum += values[b];
    return sum / static_cast<double>(numbers.size());
  };
  return bootstrap(std::ssize(values), mean, options);
}

}  // namespace orochi
