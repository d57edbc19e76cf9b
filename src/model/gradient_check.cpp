#include <algorithm>
#include <cmath>
#include <exception>

#include <fmt/format.h>

#include <orochi/gradient_check.hpp>

#include "model/layer_checks.hpp"

namespace orochi {
namespace {

constexpr bool in_double = sizeof(Scalar) == 8;
constexpr double step = in_double ? 1e-5 : 5e-3;  // where truncation and rounding balance
constexpr double tolerance = in_double ? 1e-6 : 2e-2;
// Where a step leads over a kink (relu, max), shorter ones are tried, each a quarter of the last: past the
// kink they agree, while a wrong gradient is wrong at any step.
constexpr int shorter_steps = 3;

/// The backward pass against central differences.
class Differences {
 public:
  Differences(LayerTrial& trial, GradientCheck& result) : trial_(trial), result_(result) {}

  void run() {
    Gradients gradients(trial_.parameters());
    const LayerPass pass = trial_.run(trial_.whole(), {}, gradients);
    const std::vector<Scalar> flat = trial_.flat(gradients);
    Parameters& parameters = trial_.parameters();
    for (const ParameterView& view : parameters.views())
      compare(view.name, parameters.data() + view.offset, flat.data() + view.offset, view.size);
    compare("x", trial_.x().data(), pass.dx.data(), static_cast<Index>(trial_.x().size()));
    if (result_.difference > tolerance)
      result_.errors.push_back(fmt::format(
          "[{}] the gradient of {} should be {:.6g} by central differences; found {:.6g}; correct "
          "the pullback",
          result_.title(), result_.worst, numeric_, analytic_));
  }

 private:
  /// By the central difference over `value` plus and minus h.
  double derivative(Scalar& value, double h) {
    const Scalar kept = value;
    value = kept + static_cast<Scalar>(h);
    const double up = trial_.loss(), above = static_cast<double>(value);
    value = kept - static_cast<Scalar>(h);
    const double down = trial_.loss(), below = static_cast<double>(value);
    value = kept;
    return (up - down) / (above - below);
  }

  static double distance(double analytic, double numeric) {
    const double result = std::abs(analytic - numeric) / (1 + std::abs(numeric));
    return std::isnan(result) ? HUGE_VAL : result;
  }

  /// Up to 60 elements of one array.
  void compare(const std::string& name, Scalar* values, const Scalar* analytic, Index size) {
    const Index stride = std::max<Index>(1, size / 60);
    for (Index i = 0; i < size; i += stride) {
      const double found = static_cast<double>(analytic[i]);
      double numeric = derivative(values[i], step);
      for (int k = 1; k <= shorter_steps && !(distance(found, numeric) <= tolerance); ++k) {
        const double other = derivative(values[i], std::ldexp(step, -2 * k));
        if (distance(found, other) < distance(found, numeric)) numeric = other;
      }
      ++result_.tried;
      if (!result_.worst.empty() && distance(found, numeric) <= result_.difference) continue;
      result_.difference = distance(found, numeric);
      result_.worst = name + "[" + std::to_string(i) + "]";
      numeric_ = numeric;
      analytic_ = found;
    }
  }

  LayerTrial& trial_;
  GradientCheck& result_;
  double numeric_ = 0, analytic_ = 0;  // at the worst element
};

Config small_config() {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  config.model.dim_feedforward = 12;
  return config;
}

/// Nothing is dropped out, neither by the model's keys nor by an option of a layer with "dropout" in its
/// name.
Config without_dropout(Config config, const Layers& layers) {
  config.model.dropout = config.model.attention_dropout = 0;
  for (const LayerEntry& entry : layers.entries())
    for (const Option& option : entry.options)
      if (option.name.find("dropout") != std::string::npos && std::holds_alternative<double>(option.value))
        config.layer[entry.name][option.name] = 0.0;
  return config;
}

void check_setting(const LayerEntry& entry, const Layers& layers, const Config& config, std::uint64_t seed,
                   GradientCheck& result) {
  LayerTrial trial(entry, layers, config, seed);
  LayerTrial plain(entry, layers, without_dropout(config, layers), seed);
  result.errors = check_layer_rules(trial, plain, result.title(), result.note);
  Differences(trial, result).run();
}

}  // namespace

std::string GradientCheck::title() const { return example.empty() ? layer : layer + ", " + example; }

std::vector<GradientCheck> check_gradients(const LayerEntry& entry, const Layers& layers,
                                           std::uint64_t seed) {
  std::vector<LayerExample> examples = entry.examples;
  examples.insert(examples.begin(), {"", [](Config&) {}});
  std::vector<GradientCheck> results;
  for (const LayerExample& example : examples) {
    Config config = small_config();
    example.change(config);
    GradientCheck& result = results.emplace_back();
    result.layer = entry.name;
    result.example = example.label;
    result.tolerance = tolerance;
    try {
      check_setting(entry, layers, config, seed, result);
    } catch (const std::exception& error) {
      result.errors.push_back(fmt::format("[{}] a forward and a backward pass should run; found an error: {}",
                                          result.title(), error.what()));
    }
  }
  return results;
}

}  // namespace orochi
