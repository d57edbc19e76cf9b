// The keys of the optimizers, against the formulas of docs/training.md.
#include <cmath>

#include "catch.hpp"
#include "keys.hpp"
#include "train/optimizer.hpp"

using namespace orochi;
using catch_matchers::WithinRel;

namespace {

/// Two parameters after three updates with gradients 0.5, -0.3, 0.2: one that decays and one that does not.
struct Pair {
  double decays = 0.8, other = 0.8;
};
constexpr double gradients[] = {0.5, -0.3, 0.2};
constexpr double rate = 0.1;

Pair updated(const TrainConfig& config) {
  Parameters parameters;
  const std::string names[] = {"weight", "bias"};
  parameters.add({names, 1}, {1, 1}, Init::zeros(), Decay::yes, GradientKind::dense);
  parameters.add({names + 1, 1}, {1}, Init::zeros(), Decay::no, GradientKind::dense);
  parameters.allocate();
  for (const ParameterView& view : parameters.views()) parameters.data()[view.offset] = 0.8f;
  Optimizer optimizer(config, parameters);
  for (std::uint64_t step = 0; step < 3; ++step) {
    const auto gradient = static_cast<Scalar>(gradients[step]);
    optimizer.begin(step, rate, 1);
    for (const ParameterRange& range : parameter_ranges(parameters, 100)) optimizer.update(range, &gradient);
  }
  const auto value = [&](std::size_t i) {
    return static_cast<double>(parameters.data()[parameters.views()[i].offset]);
  };
  return {value(0), value(1)};
}

double formula(const TrainConfig& c, double decay) {
  double p = 0.8, m = 0, v = 0;
  for (int t = 1; t <= 3; ++t) {
    double g = gradients[t - 1];
    if (c.optimizer == "sgd") {
      v = c.momentum * v + g + decay * p;
      p = p - rate * v;
      continue;
    }
    if (c.optimizer == "adam") g += decay * p;
    m = c.beta1 * m + (1 - c.beta1) * g;
    v = c.beta2 * v + (1 - c.beta2) * g * g;
    if (c.optimizer == "adamw") p *= 1 - rate * decay;
    p -= rate * (m / (1 - std::pow(c.beta1, t))) / (std::sqrt(v / (1 - std::pow(c.beta2, t))) + c.epsilon);
  }
  return p;
}

void check_update(const char* optimizer, void (*change)(TrainConfig&)) {
  TrainConfig config;
  config.optimizer = optimizer;
  change(config);
  INFO(optimizer);
  const Pair pair = updated(config);
  CHECK_THAT(pair.decays, WithinRel(formula(config, config.weight_decay), 1e-5));
  CHECK_THAT(pair.other, WithinRel(formula(config, 0), 1e-5));
}

void check_optimizers(std::initializer_list<const char*> optimizers, void (*change)(TrainConfig&)) {
  for (const char* optimizer : optimizers) check_update(optimizer, change);
}

void test_optimizer() {
  check_optimizers({"sgd", "adam", "adamw"}, [](TrainConfig&) {});
}
void test_momentum() {
  check_optimizers({"sgd"}, [](TrainConfig& c) { c.momentum = 0.3; });
}
void test_beta1() {
  check_optimizers({"adam", "adamw"}, [](TrainConfig& c) { c.beta1 = 0.5; });
}
void test_beta2() {
  check_optimizers({"adam", "adamw"}, [](TrainConfig& c) { c.beta2 = 0.6; });
}
void test_epsilon() {
  check_optimizers({"adam", "adamw"}, [](TrainConfig& c) { c.epsilon = 0.4; });
}
void test_weight_decay() {
  check_optimizers({"sgd", "adam", "adamw"}, [](TrainConfig& c) { c.weight_decay = 0.7; });
}

}  // namespace

KeyTests orochi::optimizer_keys() {
  return {{"train.optimizer", test_optimizer}, {"train.momentum", test_momentum},
          {"train.beta1", test_beta1},         {"train.beta2", test_beta2},
          {"train.epsilon", test_epsilon},     {"train.weight_decay", test_weight_decay}};
}
