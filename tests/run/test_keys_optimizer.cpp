// The options of the optimizers, against the formulas of docs/training.md.
#include <cmath>

#include <orochi/updater.hpp>

#include "catch.hpp"
#include "keys.hpp"

using namespace orochi;
using catch_matchers::WithinRel;

namespace {

/// Two parameters after three updates with gradients 0.5, -0.3, 0.2: one that decays and one that does not.
struct Pair {
  double decays = 0.8, other = 0.8;
};
constexpr double gradients[] = {0.5, -0.3, 0.2};
constexpr double rate = 0.1;

Pair updated(const Component& component) {
  Parameters parameters;
  const std::string names[] = {"weight", "bias"};
  parameters.add({names, 1}, {1, 1}, Init::zeros(), Use::product);
  parameters.add({names + 1, 1}, {1}, Init::zeros(), Use::vector);
  parameters.allocate();
  for (const ParameterView& view : parameters.views()) parameters.data()[view.offset] = 0.8f;
  Updater optimizer(builtin().optimizers.make(component), parameters);
  for (std::uint64_t step = 0; step < 3; ++step) {
    const auto gradient = static_cast<Scalar>(gradients[step]);
    for (const ParameterRange& range : parameter_ranges(parameters, 100))
      optimizer.update({step + 1, rate, 1}, range, &gradient);
  }
  const auto value = [&](std::size_t i) {
    return static_cast<double>(parameters.data()[parameters.views()[i].offset]);
  };
  return {value(0), value(1)};
}

double formula(const std::string& type, const Settings& s, double decay) {
  double p = 0.8, m = 0, v = 0;
  for (int t = 1; t <= 3; ++t) {
    double g = gradients[t - 1];
    if (type == "sgd") {
      v = s.number("momentum") * v + g + decay * p;
      p = p - rate * v;
      continue;
    }
    const double beta1 = s.number("beta1"), beta2 = s.number("beta2");
    if (type == "adam") g += decay * p;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    if (type == "adamw") p *= 1 - rate * decay;
    p -= rate * (m / (1 - std::pow(beta1, t))) /
         (std::sqrt(v / (1 - std::pow(beta2, t))) + s.number("epsilon"));
  }
  return p;
}

void check_update(const std::string& type, const Options& options) {
  INFO(type);
  const Pair pair = updated({type, options});
  const Settings settings(type, builtin().optimizers.find(type)->options, options);
  CHECK_THAT(pair.decays, WithinRel(formula(type, settings, settings.number("weight_decay")), 1e-5));
  CHECK_THAT(pair.other, WithinRel(formula(type, settings, 0), 1e-5));
}

void test_optimizer() {
  for (const char* type : {"sgd", "adam", "adamw"}) check_update(type, {});
}

}  // namespace

KeyTests orochi::optimizer_keys() {
  return {{"train.optimizer", test_optimizer},
          {"optimizer.sgd.momentum",
           [] {
             check_update("sgd", {{"momentum", 0.3}});
           }},
          {"optimizer.sgd.weight_decay",
           [] {
             check_update("sgd", {{"weight_decay", 0.7}});
           }},
          {"optimizer.adam.beta1",
           [] {
             check_update("adam", {{"beta1", 0.5}});
           }},
          {"optimizer.adam.beta2",
           [] {
             check_update("adam", {{"beta2", 0.6}});
           }},
          {"optimizer.adam.epsilon",
           [] {
             check_update("adam", {{"epsilon", 0.4}});
           }},
          {"optimizer.adam.weight_decay",
           [] {
             check_update("adam", {{"weight_decay", 0.7}});
           }},
          {"optimizer.adamw.beta1",
           [] {
             check_update("adamw", {{"beta1", 0.5}});
           }},
          {"optimizer.adamw.beta2",
           [] {
             check_update("adamw", {{"beta2", 0.6}});
           }},
          {"optimizer.adamw.epsilon",
           [] {
             check_update("adamw", {{"epsilon", 0.4}});
           }},
          {"optimizer.adamw.weight_decay", [] {
             check_update("adamw", {{"weight_decay", 0.7}});
           }}};
}
