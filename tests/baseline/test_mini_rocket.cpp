#include <cmath>
#include <numbers>

#include <orochi/batching.hpp>

#include "baseline_data.hpp"

using namespace orochi;
using namespace orochi::testing;

namespace {

/// Of series as long as the longest.
struct Rocket {
  Rocket(const Sequences& train, Index features, std::uint64_t seed)
      : transform(longest(train), train.channels, features, seed) {
    std::vector<std::uint32_t> samples;
    biases = transform.biases(as_batch(train, samples));
  }
  static Index longest(const Sequences& data) {
    Index most = 0;
    for (Index i = 0; i < data.size(); ++i) most = std::max(most, data.length(i));
    return most;
  }
  DenseRows table(const Sequences& data, ThreadPool& pool) const {
    return rocket_table(transform, biases, data, pool);
  }
  MiniRocket transform;
  std::vector<Scalar> biases;
};

}  // namespace

TEST_CASE("MiniRocket's features are shares, the same on any number of threads") {
  const LoadedData data = waves(30, 40);
  const Rocket rocket(data.train, 1000, 7);
  CHECK(rocket.transform.width() == 11 * MiniRocket::kernels);
  ThreadPool one(1), three(3);
  const DenseRows table = rocket.table(data.train, one);
  CHECK(table.values == rocket.table(data.train, three).values);
  CHECK(table.size() == 30);
  double sum = 0;
  bool are_shares = true;
  for (const float value : table.values) {
    are_shares = are_shares && value >= 0 && value <= 1;
    sum += static_cast<double>(value);
  }
  CHECK(are_shares);
  // biases are quantiles, evenly spread, of series like these
  CHECK_THAT(sum / static_cast<double>(table.values.size()), catch_matchers::WithinAbs(0.5, 0.05));
  CHECK(Rocket(data.train, 1000, 8).table(data.train, one).values != table.values);
}

TEST_CASE("MiniRocket takes short series, and several channels") {
  const LoadedData data = waves(12, 3, 5);
  const Rocket rocket(data.train, 100, 1);
  ThreadPool pool(2);
  const DenseRows table = rocket.table(data.train, pool);
  CHECK(table.width == MiniRocket::kernels);
  CHECK(std::all_of(table.values.begin(), table.values.end(), [](float v) { return std::isfinite(v); }));
}

TEST_CASE("MiniRocket's kernels see nothing in a level, but for the zeros around it") {
  LoadedData data;
  for (const float level : {1.0f, 3.0f}) add(data.train, std::vector<float>(30, level), 1, 0);
  const Rocket rocket(data.train, 3 * MiniRocket::kernels, 1);
  ThreadPool pool(1);
  const DenseRows table = rocket.table(data.train, pool);
  Index blind = 0;  // weights add up to 0: kernels without padding
  for (Index j = 0; j < table.width; ++j)
    blind += table.row(0)[static_cast<std::size_t>(j)] == 0 && table.row(1)[static_cast<std::size_t>(j)] == 0;
  CHECK(blind >= table.width / 2);
  CHECK(blind < table.width);
}

TEST_CASE("a linear model on MiniRocket's features tells waves apart whose values do not") {
  const LoadedData data = waves(120, 40);
  const Fitted fitted(data, {}, {"linear_svm"});
  REQUIRE(fitted.baselines.size() == 1);
  CHECK(fitted.baselines.front().settings.starts_with("MiniRocket"));
  CHECK(fitted.baselines.front().test.values.front() > 0.95);
}
