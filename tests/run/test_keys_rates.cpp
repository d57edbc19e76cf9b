// The keys of [train] that say how far an update moves what, against the formulas of docs/training.md.
#include <cmath>
#include <numbers>

#include "catch.hpp"
#include "keys_update.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;
using catch_matchers::WithinRel;

namespace {

void test_learning_rate() {
  const double one = length_of_update("rate1", {"train.learning_rate=0.01"});
  CHECK(one > 1e-3);
  CHECK_THAT(length_of_update("rate3", {"train.learning_rate=0.03"}), WithinRel(3 * one, 1e-3));
}

/// How far one update moves the parameters whose names begin so, at a rate of 0.01 and these settings.
double part_of_update(const std::string& prefix, std::vector<std::string> overrides) {
  overrides.insert(overrides.end(),
                   {"train.epochs=1", "train.schedule=constant", "train.learning_rate=0.01"});
  const PlainRun run("part", overrides);
  REQUIRE(run.ending.code == 0);
  const Model model = Model::load(run.last(), builtin());
  Parameters& parameters = model.classifier->parameters();
  parameters.initialize(model.config.train.seed);
  double sum = 0;
  for (const ParameterView& view : parameters.views())
    for (Index i = view.offset; view.name.starts_with(prefix) && i < view.offset + view.size; ++i) {
      const double step =
          run.after[static_cast<std::size_t>(i)] - static_cast<double>(std::as_const(parameters).data()[i]);
      sum += step * step;
    }
  return std::sqrt(sum);
}

void test_freeze() {
  for (const char* part : {"head", "embedding", "encoder.0.attention"}) {
    const std::string freeze = std::string("train.freeze=[\"") + part + "\"]";
    CHECK(part_of_update(part, {}) > 1e-6);
    CHECK(part_of_update(part, {freeze}) == 0);
    CHECK(part_of_update("norm", {freeze}) == part_of_update("norm", {}));
  }
}

void test_layer_decay() {
  for (const auto& [part, factor] : {std::pair{"head", 1.0},
                                     {"norm", 1.0},
                                     {"encoder.0", 0.3},
                                     {"positions", 0.09},
                                     {"embedding", 0.09}}) {
    INFO(part);
    CHECK_THAT(part_of_update(part, {"train.layer_decay=0.3"}),
               WithinRel(factor * part_of_update(part, {}), 1e-3));
  }
}

void test_head_learning_rate() {
  const std::string setting = "train.head_learning_rate=0.04";
  CHECK_THAT(part_of_update("head", {setting}), WithinRel(4 * part_of_update("head", {}), 1e-3));
  CHECK(part_of_update("encoder", {setting}) == part_of_update("encoder", {}));
}

/// The third column of metrics.csv: the rate of each epoch's last update, which is its only one.
std::vector<double> rates(const Run& run) {
  std::ifstream file(run.place.root / "run/metrics.csv");
  std::vector<double> result;
  std::string line;
  std::getline(file, line);
  CHECK(line.starts_with("epoch,step,learning_rate,"));
  while (std::getline(file, line)) {
    const std::size_t second = line.find(',', line.find(',') + 1);
    result.push_back(std::stod(line.substr(second + 1)));
  }
  return result;
}

void check_rates(const std::string& name, const std::string& schedule, double last, double warmup,
                 const std::string& as_ratio = "") {
  std::vector<std::string> overrides{
      "train.epochs=8", "train.learning_rate=0.02", "train.schedule=" + schedule,
      as_ratio.empty() ? "train.warmup_steps=" + std::to_string(static_cast<int>(warmup)) : as_ratio};
  if (last > 0) overrides.push_back("train.schedule.final_learning_rate=" + std::to_string(last));
  const PlainRun run(name, overrides);
  std::vector<double> expected;
  for (int i = 0; i < 8; ++i) {
    const double r = (i - warmup) / (8 - 1 - warmup);
    if (i < warmup)
      expected.push_back(0.02 * (i + 1) / warmup);
    else if (schedule == "constant")
      expected.push_back(0.02);
    else if (schedule == "linear")
      expected.push_back(0.02 + (last - 0.02) * r);
    else
      expected.push_back(last + (0.02 - last) * (1 + std::cos(std::numbers::pi * r)) / 2);
  }
  INFO(schedule);
  const std::vector<double> found = rates(run);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK_THAT(found[i], WithinAbs(expected[i], 1e-9));
}

void test_schedule() {
  for (const char* schedule : {"constant", "linear", "cosine"}) check_rates("schedule", schedule, 0, 0);
}
void test_warmup_steps() { check_rates("warmup", "constant", 0, 3); }
void test_warmup_ratio() { check_rates("ratio", "cosine", 0, 3, "train.warmup_ratio=0.375"); }
void test_end_of_linear() { check_rates("final", "linear", 0.005, 2); }
void test_end_of_cosine() { check_rates("final", "cosine", 0.005, 2); }

}  // namespace

KeyTests orochi::rate_keys() {
  return {{"train.learning_rate", test_learning_rate},
          {"train.schedule", test_schedule},
          {"train.warmup_steps", test_warmup_steps},
          {"train.warmup_ratio", test_warmup_ratio},
          {"train.freeze", test_freeze},
          {"train.layer_decay", test_layer_decay},
          {"train.head_learning_rate", test_head_learning_rate},
          {"schedule.linear.final_learning_rate", test_end_of_linear},
          {"schedule.cosine.final_learning_rate", test_end_of_cosine}};
}
