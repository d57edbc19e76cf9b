// The mean of the parameters beside training.
#include <cmath>

#include "catch.hpp"
#include "trainee.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

using Steps = std::vector<std::vector<Scalar>>;

/// The parameters after each of some updates, and their mean then.
std::pair<Steps, Steps> parameters_and_means(Trainee& trainee, std::uint32_t updates) {
  Steps parameters, means;
  for (std::uint32_t step = 0; step < updates; ++step) {
    trainee.updater.update(trainee.gradient(step), 0.01);
    parameters.push_back(trainee.weights());
    trainee.updater.exchange_average();
    means.push_back(trainee.weights());
    trainee.updater.exchange_average();
    CHECK(trainee.weights() == parameters.back());
  }
  return {parameters, means};
}

}  // namespace

TEST_CASE("a moving average keeps its decay of itself, and less in the first updates") {
  Trainee trainee(three_blocks(), 0);
  std::vector<double> expected;  // by its definition, in double
  for (const Scalar initial : trainee.weights()) expected.push_back(initial);
  trainee.updater.keep_average({.decay = 0.5, .first = 0});
  const auto [parameters, means] = parameters_and_means(trainee, 12);
  for (std::size_t step = 0; step < parameters.size(); ++step) {
    const double n = static_cast<double>(step + 1), decay = std::min(0.5, (1 + n) / (10 + n));
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] = decay * expected[i] + (1 - decay) * static_cast<double>(parameters[step][i]);
      worst = std::max(worst, std::abs(expected[i] - static_cast<double>(means[step][i])));
    }
    CHECK_THAT(worst, WithinAbs(0, 1e-6));
  }
  CHECK(means.back() != parameters.back());
}

TEST_CASE("a plain mean begins where it is told to") {
  Trainee trainee(three_blocks(), 2);
  trainee.updater.keep_average({.decay = 0, .first = 3});
  const auto [parameters, means] = parameters_and_means(trainee, 6);
  CHECK(means[0] == parameters[0]);
  CHECK(means[2] == parameters[2]);
  double worst = 0;
  for (std::size_t i = 0; i < parameters[0].size(); ++i) {
    double sum = 0;
    for (std::size_t step = 2; step < 6; ++step) sum += static_cast<double>(parameters[step][i]);
    worst = std::max(worst, std::abs(sum / 4 - static_cast<double>(means[5][i])));
  }
  CHECK_THAT(worst, WithinAbs(0, 1e-6));
}

TEST_CASE("the mean has the same bits on any number of threads, and of frozen parameters is what they are") {
  Steps found;
  for (const int threads : {1, 3}) {
    Config config = three_blocks();
    config.train.freeze = {"encoder.0"};
    Trainee trainee(config, 0, threads);
    const std::vector<Scalar> before = trainee.weights();
    trainee.updater.keep_average({.decay = 0.9, .first = 0});
    found.push_back(parameters_and_means(trainee, 5).second.back());
    for (const ParameterView& view : trainee.model.parameters().views())
      if (is_in(view, {"encoder.0"}))
        CHECK(std::ranges::equal(part(before, view), part(found.back(), view)));
      else
        CHECK_FALSE(std::ranges::equal(part(before, view), part(found.back(), view)));
  }
  CHECK(found[0] == found[1]);
}

TEST_CASE("without a mean, and before the first update, there is nothing to exchange") {
  Trainee trainee(three_blocks(), 0);
  const std::vector<Scalar> before = trainee.weights();
  trainee.updater.exchange_average();
  trainee.updater.keep_average({.decay = 0.9, .first = 0});
  trainee.updater.exchange_average();
  CHECK(trainee.weights() == before);
}

TEST_CASE("the keys of [train] say which mean") {
  TrainConfig config;
  CHECK_FALSE(averaging_of(config, 100));
  config.swa_start = 0.75;
  CHECK(averaging_of(config, 100)->decay == 0);
  CHECK(averaging_of(config, 100)->first == 75);
  config.swa_start = 0;
  config.ema_decay = 0.99;
  CHECK(averaging_of(config, 100)->decay == 0.99);
}
