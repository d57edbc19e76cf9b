#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include <orochi/extensions.hpp>
#include <orochi/schedule.hpp>

#include "catch.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

/// What the config's schedule gives.
double rate(const TrainConfig& config, std::uint64_t step, std::uint64_t total) {
  return learning_rate(config, *builtin().schedules.make(config.schedule), step, total);
}

}  // namespace

TEST_CASE("warm-up is linear and reaches the peak on its last step") {
  TrainConfig config;
  config.learning_rate = 0.4;
  config.warmup_steps = 4;
  config.schedule.type = "constant";
  for (const auto& [step, expected] :
       std::vector<std::pair<std::uint64_t, double>>{{0, 0.1}, {1, 0.2}, {3, 0.4}, {9, 0.4}})
    CHECK_THAT(rate(config, step, 10), WithinAbs(expected, 1e-15));
}

TEST_CASE("the only update after the warm-up has the full rate") {
  TrainConfig config;
  config.learning_rate = 0.5;
  for (const Component& schedule :
       {Component{"constant", {}}, Component{"linear", {{"final_learning_rate", 0.1}}},
        Component{"cosine", {{"final_learning_rate", 0.1}}}})
    for (const Index warmup : {0, 3}) {
      config.schedule = schedule;
      config.warmup_steps = warmup;
      const auto last = static_cast<std::uint64_t>(warmup);
      CHECK_THAT(rate(config, last, last + 1), WithinAbs(0.5, 1e-15));
    }
}

TEST_CASE("of two updates after the warm-up the first has the full rate and the second the final one") {
  TrainConfig config;
  config.learning_rate = 0.5;
  config.warmup_steps = 3;
  for (const char* schedule : {"linear", "cosine"}) {
    config.schedule = {schedule, {{"final_learning_rate", 0.1}}};
    CHECK_THAT(rate(config, 3, 5), WithinAbs(0.5, 1e-15));
    CHECK_THAT(rate(config, 4, 5), WithinAbs(0.1, 1e-15));
    // A warm-up that takes the whole run, or more, rises to its end.
    CHECK_THAT(rate(config, 2, 3), WithinAbs(0.5, 1e-15));
    CHECK_THAT(rate(config, 1, 2), WithinAbs(1.0 / 3, 1e-15));
  }
}

TEST_CASE("linear and cosine go from the peak to the final rate at the last update") {
  TrainConfig config;
  config.learning_rate = 1.0;
  config.warmup_steps = 2;
  for (const char* schedule : {"linear", "cosine"}) {
    config.schedule = {schedule, {{"final_learning_rate", 0.2}}};
    CHECK_THAT(rate(config, 2, 11), WithinAbs(1.0, 1e-15));
    CHECK_THAT(rate(config, 6, 11), WithinAbs(0.6, 1e-15));  // half-way both cross the mean
    CHECK_THAT(rate(config, 10, 11), WithinAbs(0.2, 1e-15));
  }
  CHECK_THAT(rate(config, 4, 11), WithinAbs(0.2 + 0.4 * (1 + std::sqrt(0.5)), 1e-12));
}

TEST_CASE("a schedule sees the updates after the warm-up, and their share") {
  struct Seen : Schedule {
    double rate(const SchedulePoint& point) const override {
      return 100 * static_cast<double>(point.step) + static_cast<double>(point.total) + point.share() / 10;
    }
  };
  TrainConfig config;
  config.warmup_steps = 4;
  CHECK_THAT(learning_rate(config, Seen(), 4, 15), WithinAbs(11, 1e-12));
  CHECK_THAT(learning_rate(config, Seen(), 9, 15), WithinAbs(511.05, 1e-12));
  CHECK_THAT(learning_rate(config, Seen(), 14, 15), WithinAbs(1011.1, 1e-12));
}

TEST_CASE("a share of all updates is the warm-up of the nearest number of them") {
  TrainConfig config;
  config.learning_rate = 0.4;
  for (const auto& [ratio, total, steps] : std::vector<std::tuple<double, std::uint64_t, Index>>{
           {0.1, 40, 4}, {0.07, 100, 7}, {0.3, 10, 3}, {0.04, 10, 0}, {0.06, 10, 1}, {0.99, 10, 10}}) {
    TrainConfig counted = config, share = config;
    counted.warmup_steps = steps;
    share.warmup_ratio = ratio;
    for (std::uint64_t step = 0; step < total; ++step)
      CHECK(rate(share, step, total) == rate(counted, step, total));
  }
}
