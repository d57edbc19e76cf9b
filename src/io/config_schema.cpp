// The configuration as a JSON Schema (draft 2020-12), from the table of keys and the components.
#include <cmath>

#include <nlohmann/json.hpp>

#include "io/config_file.hpp"
#include "io/config_keys.hpp"

namespace orochi {
namespace {

using Json = nlohmann::ordered_json;

template <class Number>
Json range(const char* type, const Allowed& allowed, Number) {
  Json json{{"type", type}};
  if (std::isfinite(allowed.low))
    json[allowed.above ? "exclusiveMinimum" : "minimum"] = static_cast<Number>(allowed.low);
  if (std::isfinite(allowed.high))
    json[allowed.below ? "exclusiveMaximum" : "maximum"] = static_cast<Number>(allowed.high);
  return json;
}

Json closed_object(Json properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

/// One overload a type of field: what its value may be.
class Values {
 public:
  explicit Values(std::span<const ComponentSchema> components) : components_(components) {}

  Json of(const Allowed&, bool) const { return {{"type", "boolean"}}; }
  Json of(const Allowed& allowed, std::int64_t) const { return range("integer", allowed, std::int64_t()); }
  Json of(const Allowed& allowed, std::uint64_t) const { return range("integer", allowed, std::int64_t()); }
  Json of(const Allowed& allowed, double) const { return range("number", allowed, 0.0); }
  Json of(const Allowed& allowed, const std::string&) const {
    const Json words = choices(allowed);
    if (!words.empty()) return {{"enum", words}};
    Json json{{"type", "string"}};
    if (allowed.filled) json["minLength"] = 1;
    return json;
  }
  Json of(const Allowed& allowed, const std::vector<std::string>&) const {
    return {{"type", "array"}, {"items", of(allowed.element(), std::string())}};
  }
  Json of(const Allowed&, const Paths&) const {
    const Json path{{"type", "string"}, {"minLength", 1}};
    Json list{{"type", "array"}, {"items", path}, {"minItems", 1}};
    return {{"anyOf", {path, list}}};
  }
  Json of(const Allowed& allowed, const std::vector<Component>&) const {
    Json forms{{{"enum", choices(allowed)}}};
    for (const ComponentSchema& component : components_) {
      if (component.kind != allowed.role) continue;
      Json table{{"type", {{"const", component.name}}}};
      const ModelConfig model;
      visit_model(model, [&](const Key& key, const auto& field) {
        if (key.of_block) table[key.name] = of(key.allowed, field);
      });
      forms.push_back(options(component, table));
    }
    return {{"type", "array"}, {"items", {{"anyOf", forms}}}};
  }
  Json of(const Allowed& allowed, const std::vector<double>&) const {
    const Json list{{"type", "array"}, {"items", range("number", allowed, 0.0)}};
    if (allowed.words.empty()) return list;
    return {{"anyOf", {{{"enum", allowed.words}}, list}}};
  }
  /// The name alone, or a table for each type; without `type` it is the default's.
  Json of(const Allowed& allowed, const Component& otherwise) const {
    Json forms{{{"enum", choices(allowed)}}};
    for (const ComponentSchema& component : components_) {
      if (component.kind != allowed.role) continue;
      Json table = options(component, {{"type", {{"const", component.name}}}});
      table["description"] = component.summary;
      if (component.name != otherwise.type) table["required"] = {"type"};
      forms.push_back(table);
    }
    return {{"anyOf", forms}};
  }

  /// The table of a component's options, behind other properties.
  Json options(const ComponentSchema& component, Json properties) const {
    for (const Option& option : component.options) {
      Json& json = properties[option.name];
      std::visit(
          [&](const auto& value) {
            json = of(allowed_by(option), value);
            json["default"] = value;
          },
          option.value);
      if (!option.doc.empty()) json["description"] = option.doc;
    }
    return closed_object(properties.is_null() ? Json::object() : properties);
  }

 private:
  Json choices(const Allowed& allowed) const {
    Json words = Json::array();
    for (const ComponentSchema& component : components_)
      if (!allowed.role.empty() && component.kind == allowed.role) words.push_back(component.name);
    for (const std::string& word : allowed.words) words.push_back(word);
    return words;
  }

  std::span<const ComponentSchema> components_;
};

Json default_of(const Component& component) { return component.type; }
Json default_of(const std::vector<Component>&) { return Json::array(); }
Json default_of(const Paths& paths) { return paths.files; }
Json default_of(const auto& value) { return value; }

}  // namespace

std::string config_schema(std::span<const ComponentSchema> components) {
  const Values values(components);
  Json all, sections;
  const Config defaults;
  visit_keys(defaults, [&](const Key& key, const auto& field) {
    Json json = values.of(key.allowed, field);
    json["description"] = key.doc;
    if (!key.allowed.filled) json["default"] = default_of(field);
    (key.section.empty() ? all : sections[key.section])[key.name] = json;
  });
  for (const auto& [section, properties] : sections.items()) all[section] = closed_object(properties);
  all["data"]["required"] = {"train"};
  Json layers = Json::object();
  for (const ComponentSchema& component : components)
    if (component.is_layer()) layers[component.name] = values.options(component, {});
  all["layer"] = closed_object(layers);
  all["search"] = {{"type", "object"}, {"description", "keys whose values `orochi search` tries"}};
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Orochi configuration"}};
  schema.update(closed_object(all));
  schema["required"] = {"data"};
  return schema.dump(2) + "\n";
}

}  // namespace orochi
