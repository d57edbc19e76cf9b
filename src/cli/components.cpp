// orochi components: what a config can name, from the registries.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <orochi/inference.hpp>

#include "cli/metrics_report.hpp"
#include "cli/table.hpp"
#include "cli/verbs.hpp"
#include "inference/model_file.hpp"
#include "io/config_keys.hpp"
#include "io/suggest.hpp"
#include "io/toml.hpp"

namespace orochi {
namespace {

/// Layers are one kind for people; what they map is their role.
std::string kind_of(const ComponentSchema& component) {
  return component.is_layer() ? "layer" : component.kind;
}

std::vector<ComponentSchema> components_of(const Extensions& extensions, const std::string& kind) {
  std::vector<ComponentSchema> all = component_schemas(extensions);
  if (kind.empty()) return all;
  std::vector<std::string> kinds;
  for (const ComponentSchema& component : all)
    if (std::find(kinds.begin(), kinds.end(), kind_of(component)) == kinds.end())
      kinds.push_back(kind_of(component));
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end())
    refuse_name("kind of component", kind, kinds);
  std::erase_if(all, [&](const ComponentSchema& component) { return kind_of(component) != kind; });
  return all;
}

std::string as_text(const std::vector<ComponentSchema>& components) {
  Table table({{"kind", Align::left},
               {"role", Align::left},
               {"name", Align::left},
               {"what it is", Align::left},
               {"options", Align::left}});
  for (const ComponentSchema& component : components) {
    std::string options;
    for (const Option& option : component.options)
      options += (options.empty() ? "" : ", ") + option.name + " = " + to_toml(to_value(option.value));
    table.add({kind_of(component), component.is_layer() ? component.kind : "", component.name,
               component.summary, options});
  }
  return table.text();
}

nlohmann::ordered_json as_json(const std::vector<ComponentSchema>& components) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const ComponentSchema& component : components) {
    nlohmann::ordered_json options = nlohmann::ordered_json::array();
    for (const Option& option : component.options) {
      nlohmann::ordered_json one{
          {"name", option.name}, {"allowed", allowed_by(option).text}, {"what_for", option.doc}};
      std::visit([&](const auto& value) { one["default"] = value; }, option.value);
      options.push_back(one);
    }
    nlohmann::ordered_json one{{"kind", kind_of(component)}, {"name", component.name}};
    if (component.is_layer()) one["role"] = component.kind;
    one["summary"] = component.summary;
    one["options"] = options;
    json.push_back(one);
  }
  return json;
}

}  // namespace

Verb components_verb() {
  Verb verb;
  verb.name = "components";
  verb.summary = "list what a config can name: layers, optimizers, schedules, built-in or your own";
  verb.description =
      "Prints each registered component with its kind, its name, what it is and its options with their "
      "defaults. A layer's options are keys of [layer.NAME] or of its own [[model.block]], those of any "
      "other kind of the table that names the component, such as [train.optimizer].";
  verb.words = {{"KIND", "only this kind, for example optimizer (default: all of them)", false}};
  verb.options = {json_option("one JSON array in place of the table")};
  verb.examples = {"components", "components optimizer", "components schedule --json"};
  verb.call = [](const Extensions& extensions, const Arguments& arguments, Output& out) {
    const std::vector<ComponentSchema> components =
        components_of(extensions, arguments.words.empty() ? "" : arguments.words.front());
    out.write(arguments.has("--json") ? dump_json(as_json(components), 2) + "\n" : as_text(components));
    return static_cast<int>(ExitCode::done);
  };
  return verb;
}

}  // namespace orochi
