#include <exception>

#include <fmt/format.h>

#include <orochi/gradient_check.hpp>

#include "model/differences.hpp"
#include "model/layer_checks.hpp"

namespace orochi {
namespace {

/// The backward pass against central differences.
void check_backward(LayerTrial& trial, GradientCheck& result) {
  Gradients gradients(trial.parameters());
  const LayerPass pass = trial.run(trial.whole(), {}, gradients);
  const std::vector<Scalar> flat = trial.flat(gradients);
  Parameters& parameters = trial.parameters();
  Differences differences([&trial] { return trial.loss(); });
  for (const ParameterView& view : parameters.views())
    differences.compare(view.name, parameters.data() + view.offset, flat.data() + view.offset, view.size);
  differences.compare("x", trial.x().data(), pass.dx.data(), std::ssize(trial.x()));
  result.worst = differences.worst;
  result.difference = differences.difference;
  result.tried = differences.tried;
  if (!differences.agree()) result.errors.push_back(differences.error(result.title()));
}

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
  check_backward(trial, result);
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
    result.tolerance = Differences::tolerance;
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
