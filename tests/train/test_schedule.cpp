#include <cmath>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "train/schedule.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

TEST_CASE("warm-up is linear and reaches the peak on its last step") {
  TrainConfig config;
  config.learning_rate = 0.4;
  config.warmup_steps = 4;
  config.schedule = "constant";
  for (const auto& [step, rate] :
       std::vector<std::pair<std::uint64_t, double>>{{0, 0.1}, {1, 0.2}, {3, 0.4}, {9, 0.4}})
    CHECK_THAT(learning_rate(config, step, 10), WithinAbs(rate, 1e-15));
}

TEST_CASE("the only update after the warm-up has the full rate") {
  TrainConfig config;
  config.learning_rate = 0.5;
  config.final_learning_rate = 0.1;
  for (const char* schedule : {"constant", "linear", "cosine"})
    for (const Index warmup : {0, 3}) {
      config.schedule = schedule;
      config.warmup_steps = warmup;
      const auto last = static_cast<std::uint64_t>(warmup);
      CHECK_THAT(learning_rate(config, last, last + 1), WithinAbs(0.5, 1e-15));
    }
}

TEST_CASE("linear and cosine go from the peak to the final rate at the last update") {
  TrainConfig config;
  config.learning_rate = 1.0;
  config.final_learning_rate = 0.2;
  config.warmup_steps = 2;
  for (const char* schedule : {"linear", "cosine"}) {
    config.schedule = schedule;
    CHECK_THAT(learning_rate(config, 2, 11), WithinAbs(1.0, 1e-15));
    CHECK_THAT(learning_rate(config, 6, 11), WithinAbs(0.6, 1e-15));  // half-way both cross the mean
    CHECK_THAT(learning_rate(config, 10, 11), WithinAbs(0.2, 1e-15));
  }
  config.schedule = "cosine";
  CHECK_THAT(learning_rate(config, 4, 11), WithinAbs(0.2 + 0.4 * (1 + std::sqrt(0.5)), 1e-12));
}
