// Components: a registered name, or a table with `type` and options.
#include <algorithm>
#include <array>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/config_reader.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

constexpr std::array<std::string_view, 3> layer_roles{"input", "rows", "pooling"};

bool has_option(const ComponentSchema& schema, const std::string& name) {
  return std::any_of(schema.options.begin(), schema.options.end(),
                     [&](const Option& option) { return option.name == name; });
}

bool is_of(const ComponentSchema& schema, const std::string& kind) {
  return schema.kind == kind || (kind == "layer" && schema.is_layer());
}

}  // namespace

bool ComponentSchema::is_layer() const {
  return std::find(layer_roles.begin(), layer_roles.end(), kind) != layer_roles.end();
}

bool ConfigReader::store(const Key& key, const TomlValue& value, Component& field) {
  if (const auto* table = std::get_if<TomlTable>(&value.data)) return read_component(key, *table, field);
  std::string type;
  if (!store(key, value, type)) return false;
  if (type != field.type) field = {type, {}};
  return true;
}

bool ConfigReader::read_component(const Key& key, const TomlTable& table, Component& field) {
  bool good = true;
  const bool is_block = key.allowed.type == allow_layer("").type;
  Key type{key.full_name(), "type", key.allowed, ""};
  if (!is_block) type.allowed.text = "a registered " + key.allowed.role;
  for (const TomlItem& item : table) {
    if (item.key != "type") continue;
    locations_[type.full_name()] = item.value.location;
    std::string name;
    if (!store(type, item.value, name)) return false;  // whose options they are is not known
    if (name != field.type) field = {name, {}};
  }
  const ComponentSchema* schema = find_component(key.allowed.role, field.type);
  if (schema == nullptr) return good;
  for (const TomlItem& item : table) {
    if (item.key == "type") continue;
    const bool own = has_option(*schema, item.key);
    if (own || !is_block || !read_block_key(key, item, field.options, good))
      good &= read_option(key.full_name(), *schema, item, field.options);
  }
  return good;
}

bool ConfigReader::read_block_key(const Key& block, const TomlItem& item, Options& options, bool& good) {
  bool known = false;
  visit_model(config_.model, [&](const Key& key, const auto& field) {
    if (!key.of_block || key.name != item.key) return;
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_constructible_v<OptionValue, Field>) {
      const Key own{block.full_name(), key.name, key.allowed, ""};
      locations_[own.full_name()] = item.value.location;
      Field value = field;
      known = true;
      if (store(own, item.value, value))
        options[key.name] = value;
      else
        wrong_.insert(own.full_name()), good = false;
    }
  });
  return known;
}

bool ConfigReader::read_option(const std::string& table, const ComponentSchema& schema, const TomlItem& item,
                               Options& options) {
  const auto option = std::find_if(schema.options.begin(), schema.options.end(),
                                   [&](const Option& o) { return o.name == item.key; });
  if (option != schema.options.end()) {
    const Key key{table, item.key, allowed_by(*option), ""};
    locations_[key.full_name()] = item.value.location;
    const bool good = store_option(key, item.value, *option, options);
    if (!good) wrong_.insert(key.full_name());
    return good;
  }
  const bool is_block = schema.is_layer() && !table.starts_with("layer.");
  std::vector<std::string> names;
  for (const Option& known : schema.options) names.push_back(known.name);
  if (is_block)
    for (std::string& name : keys_of_blocks()) names.push_back(std::move(name));
  const std::string familiar = familiar_key(item.key);
  const bool known = std::find(names.begin(), names.end(), familiar) != names.end();
  const std::string meant = known ? familiar : nearest(item.key, names);
  const std::string home = home_of(familiar.empty() ? item.key : familiar);
  std::string help =
      fmt::format("keys of [{}]{}: {}", table,
                  schema.is_layer() && !is_block ? "" : fmt::format(" with type \"{}\"", schema.name),
                  fmt::join(names, ", "));
  if (names.empty())
    help = fmt::format("{} \"{}\" has no options", schema.is_layer() ? "layer" : schema.kind, schema.name);
  std::vector<std::string> owners;
  for (const ComponentSchema& other : components_)
    if (other.kind == schema.kind && has_option(other, item.key)) owners.push_back(other.name);
  if (!owners.empty() && !schema.is_layer())
    help += fmt::format("; with type {} there is one", fmt::join(owners, " | "));
  if (!home.empty() && home != table)
    help = fmt::format("did you mean \"{}\" in [{}]?", familiar.empty() ? item.key : familiar, home);
  if (!meant.empty()) help = fmt::format("did you mean \"{}\"?", meant);
  add_error(item.location, fmt::format("unknown key \"{}.{}\"; {}", table, item.key, help));
  return false;
}

/// The default's type chooses the check.
bool ConfigReader::store_option(const Key& key, const TomlValue& value, const Option& option,
                                Options& options) {
  const bool may_be_word = !option.words.empty() && std::holds_alternative<std::vector<double>>(option.value);
  if (may_be_word && std::holds_alternative<std::string>(value.data)) {
    std::string word;
    if (!store(key, value, word)) return false;
    options[option.name] = word;
    return true;
  }
  return std::visit(
      [&](auto field) {
        if (!store(key, value, field)) return false;
        options[option.name] = field;
        return true;
      },
      option.value);
}

void ConfigReader::add_defaults() {
  visit_keys(config_, [&](const Key& key, auto& field) {
    if constexpr (std::is_same_v<Component, std::remove_cvref_t<decltype(field)>>)
      if (const ComponentSchema* schema = find_component(key.allowed.role, field.type))
        for (const Option& option : schema->options) field.options.try_emplace(option.name, option.value);
  });
}

std::vector<std::pair<std::string, std::string>> ConfigReader::options_of_keys() const {
  std::vector<std::pair<std::string, std::string>> options;
  visit_keys(config_, [&](const Key& key, const auto& field) {
    if constexpr (std::is_same_v<Component, std::remove_cvref_t<decltype(field)>>)
      for (const ComponentSchema& schema : components_)
        for (const Option& option : schema.options)
          if (schema.kind == key.allowed.role) options.emplace_back(option.name, key.full_name());
  });
  return options;
}

const ComponentSchema* ConfigReader::find_component(const std::string& kind, const std::string& name) const {
  for (const ComponentSchema& schema : components_)
    if (is_of(schema, kind) && schema.name == name) return &schema;
  return nullptr;
}

std::vector<std::string> ConfigReader::names_of(const std::string& kind) const {
  std::vector<std::string> names;
  for (const ComponentSchema& schema : components_)
    if (is_of(schema, kind)) names.push_back(schema.name);
  return names;
}

}  // namespace orochi
