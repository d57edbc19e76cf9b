#include "cli/report/browser/model.hpp"

#include <algorithm>
#include <type_traits>
#include <variant>

#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "data/preprocessing_state.hpp"
#include "data/tokenizers/tokenizers.hpp"
#include "inference/model_file.hpp"
#include "io/config_keys.hpp"

namespace orochi {
namespace {

using nlohmann::ordered_json;

/// [number of the kind, value]: 1.0 and an empty list do not say what they are.
template <class... Kinds>
ordered_json to_json(const std::variant<Kinds...>& value) {
  return {value.index(), std::visit([](const auto& held) { return ordered_json(held); }, value)};
}
template <class Variant, std::size_t kind = 0>
Variant variant_of(const ordered_json& json) {
  if constexpr (kind + 1 < std::variant_size_v<Variant>)
    if (json.at(0) != kind) return variant_of<Variant, kind + 1>(json);
  return json.at(1).get<std::variant_alternative_t<kind, Variant>>();
}

ordered_json to_json(const Options& options) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, value] : options) json[name] = to_json(value);
  return json;
}
void read(const ordered_json& json, Options& options) {
  for (const auto& [name, value] : json.items()) options[name] = variant_of<OptionValue>(value);
}

ordered_json to_json(const Component& component) {
  return {{"type", component.type}, {"options", to_json(component.options)}};
}
void read(const ordered_json& json, Component& component) {
  json.at("type").get_to(component.type);
  read(json.at("options"), component.options);
}

ordered_json to_json(const std::vector<Component>& components) {
  auto json = ordered_json::array();
  for (const Component& component : components) json.push_back(to_json(component));
  return json;
}
void read(const ordered_json& json, std::vector<Component>& components) {
  for (const ordered_json& item : json) read(item, components.emplace_back());
}

ordered_json to_json(const Paths&) { return nullptr; }  // of files that a page does not read
void read(const ordered_json&, Paths&) {}

template <class Plain>
ordered_json to_json(const Plain& value) {
  return value;
}
template <class Plain>
void read(const ordered_json& json, Plain& value) {
  json.get_to(value);
}

ordered_json to_json(const Config& config) {
  ordered_json json;
  visit_keys(config, [&](const Key& key, const auto& field) { json[key.full_name()] = to_json(field); });
  for (const auto& [layer, options] : config.layer) json["layer"][layer] = to_json(options);
  return json;
}
Config config_of(const ordered_json& json) {
  Config config;
  visit_keys(config, [&](const Key& key, auto& field) { read(json.at(key.full_name()), field); });
  if (json.contains("layer"))
    for (const auto& [layer, options] : json["layer"].items()) read(options, config.layer[layer]);
  return config;
}

std::map<std::string, State> states_of(const ordered_json& json) {
  std::map<std::string, State> states;
  for (const auto& [component, lists] : json.items())
    for (const auto& [name, list] : lists.items())
      states[component].set(name, variant_of<State::Value>(list));
  return states;
}

}  // namespace

ordered_json browser_json(const Model& model) {
  Config config = model.config;
  config.train.kernels = "auto";
  config.data.validation = config.data.test = "";  // files of this machine
  ordered_json json{{"config", to_json(config)}, {"state", ordered_json::object()}};
  for (const auto& [component, state] : state_of(model.task.get(), model.preprocessing))
    for (const auto& [name, list] : state.values()) json["state"][component][name] = to_json(list);
  return json;
}

Model browser_model(const ordered_json& json, std::span<const float> parameters) {
  Model model;
  model.config = config_of(json.at("config"));
  std::map<std::string, State> states = states_of(json.at("state"));
  model.preprocessing = preprocessing_of(states, model.config.data, page_tokenizers());
  model.task = builtin_tasks().make(model.config.task);
  model.task->load(states["task"]);
  model.task->prepare(model.preprocessing);
  model.input = input_shape(model.config.data, model.preprocessing);
  model.classifier = std::make_unique<Classifier>(model.config, model.input, model.task->shape(),
                                                  builtin_layers(), std::ssize(parameters));
  const std::span<Scalar> all = model.classifier->parameters().flat();
  if (all.size() != parameters.size())
    throw usage_error("the page has " + std::to_string(parameters.size()) + " parameters; the model is of " +
                      std::to_string(all.size()));
  std::copy(parameters.begin(), parameters.end(), all.begin());
  model.packed = model.packed_weights();
  return model;
}

}  // namespace orochi
