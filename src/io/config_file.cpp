#include "io/config_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "io/config_keys.hpp"
#include "io/config_reader.hpp"
#include "io/source_line.hpp"
#include "io/toml.hpp"

namespace orochi {

std::string read_config_text(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {  // where that cannot be told, opening says why
    throw usage_error(fmt::format("{}: error: is a folder; give a TOML file, such as {}", path,
                                  (std::filesystem::path(path) / "config.toml").string()));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw usage_error(fmt::format("{}: error: cannot be opened: {}; give the path of a TOML file", path,
                                  std::strerror(errno)));
  }
  std::string text;
  errno = 0;
  for (char bytes[4096]; file.read(bytes, sizeof bytes), file.gcount() > 0;)
    text.append(bytes, static_cast<std::size_t>(file.gcount()));
  if (file.bad()) throw failure(fmt::format("{}: error: cannot be read: {}", path, std::strerror(errno)));
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    throw usage_error(
        fmt::format("{}: error: is UTF-16; convert it, for instance with iconv -f UTF-16 -t UTF-8", path));
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    const std::size_t start = nul == 0 ? 0 : text.rfind('\n', nul - 1) + 1;  // npos + 1 is 0
    throw usage_error(
        fmt::format("{}:{}:{}: error: a NUL byte; expected text: is this a TOML file?", path,
                    std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n') + 1,
                    nul - start + 1));
  }
  return text;
}

namespace {

/// A TOML key, in quotes unless it is a bare one.
std::string key_text(const std::string& name) {
  const std::string bare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool is_bare = !name.empty() && name.find_first_not_of(bare) == std::string::npos;
  return is_bare ? name : to_toml(to_value(name));
}

struct Line {
  std::string section, name, value;
  std::string header = {};  // of the section in the file, where it is not [section]
};

void add_options(const std::string& section, const Options& options, std::vector<Line>& lines) {
  for (const auto& [name, option] : options)
    lines.push_back({section, key_text(name), to_toml(to_value(option))});
}

/// A component without options is a key of its section, one with options a section of its own.
void add_component(const Key& key, const Component& component, std::vector<Line>& keys,
                   std::vector<Line>& tables) {
  const std::string type = to_toml(to_value(component.type));
  if (component.options.empty()) return keys.push_back({key.section, key.name, type});
  tables.push_back({key.full_name(), "type", type});
  add_options(key.full_name(), component.options, tables);
}

/// Blocks without options are a list of names, others a table each.
void add_blocks(const Key& key, const std::vector<Component>& blocks, std::vector<Line>& keys,
                std::vector<Line>& tables) {
  std::vector<std::string> names;
  for (const Component& block : blocks)
    if (block.options.empty()) names.push_back(block.type);
  if (names.size() == blocks.size()) return keys.push_back({key.section, key.name, to_toml(to_value(names))});
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string section = fmt::format("{}[{}]", key.full_name(), i);
    const std::size_t first = tables.size();
    tables.push_back({section, "type", to_toml(to_value(blocks[i].type))});
    add_options(section, blocks[i].options, tables);
    tables[first].header = fmt::format("[[{}]]", key.full_name());
  }
}

/// Everything a config says, in the order of the file; a layer's section has an entry of its own, without
/// name.
std::vector<Line> lines_of(const Config& config) {
  std::vector<Line> lines, tables;  // tables of components follow the keys of their section
  std::string section;
  const auto end_section = [&] { lines.insert(lines.end(), tables.begin(), tables.end()), tables.clear(); };
  visit_keys(config, [&](const Key& key, const auto& field) {
    if (key.section != section) end_section();
    section = key.section;
    if constexpr (std::is_same_v<Component, std::remove_cvref_t<decltype(field)>>)
      add_component(key, field, lines, tables);
    else if constexpr (std::is_same_v<std::vector<Component>, std::remove_cvref_t<decltype(field)>>)
      add_blocks(key, field, lines, tables);
    else
      lines.push_back({key.section, key.name, to_toml(to_value(field))});
  });
  end_section();
  for (const auto& [layer, options] : config.layer) {
    const std::string table = "layer." + key_text(layer);
    lines.push_back({table, "", ""});
    add_options(table, options, lines);
  }
  return lines;
}

ConfigReader without_rules(ConfigReader reader, const std::string& text,
                           std::span<const std::string> overrides) {
  reader.read_text(text);
  int number = 0;
  for (const std::string& argument : overrides) reader.read_override(argument, ++number);
  return reader;
}

/// What has read the text and the overrides.
ConfigReader reader_of(const std::string& text, const std::string& name,
                       std::span<const std::string> overrides, std::span<const ComponentSchema> components,
                       bool is_saved = false, const Config& defaults = {}) {
  ConfigReader reader = without_rules(ConfigReader(name, components, is_saved, defaults), text, overrides);
  reader.check_rules();
  return reader;
}

}  // namespace

std::vector<ConfigKey> config_keys() {
  std::vector<ConfigKey> keys;
  const Config defaults;
  visit_keys(defaults, [&](const Key& key, const auto& field) {
    std::string otherwise;
    if constexpr (std::is_same_v<Component, std::remove_cvref_t<decltype(field)>>)
      otherwise = to_toml(to_value(field.type));
    else if constexpr (std::is_same_v<std::vector<Component>, std::remove_cvref_t<decltype(field)>>)
      otherwise = "[]";
    else
      otherwise = to_toml(to_value(field));
    keys.push_back(
        {key.full_name(), key.allowed.type, otherwise, key.allowed.text, key.doc, key.allowed.is_metric});
  });
  return keys;
}

std::vector<ComponentKey> component_keys(std::span<const ComponentSchema> components) {
  std::vector<ComponentKey> keys;
  const auto add = [&](const std::string& table, const ComponentSchema& component) {
    for (const Option& option : component.options) {
      const Allowed allowed = allowed_by(option);
      keys.push_back({{table + "." + option.name, allowed.type, to_toml(to_value(option.value)), allowed.text,
                       option.doc},
                      component.name});
    }
  };
  const Config defaults;
  visit_keys(defaults, [&](const Key& key, const auto& field) {
    if constexpr (std::is_same_v<Component, std::remove_cvref_t<decltype(field)>>)
      for (const ComponentSchema& component : components_of(key.full_name(), components))
        add(key.full_name(), component);
  });
  for (const ComponentSchema& component : components)
    if (component.is_layer()) add("layer." + component.name, component);
  return keys;
}

std::vector<ComponentSchema> components_of(const std::string& name,
                                           std::span<const ComponentSchema> components) {
  std::vector<ComponentSchema> found;
  const Config defaults;
  visit_keys(defaults, [&](const Key& key, const auto&) {
    if (key.full_name() != name || key.allowed.role.empty()) return;
    for (const ComponentSchema& component : components)
      if (component.kind == key.allowed.role) found.push_back(component);
  });
  return found;
}

Config parse_config(const std::string& text, const std::string& name, std::span<const std::string> overrides,
                    std::span<const ComponentSchema> components, const Config& defaults) {
  return reader_of(text, name, overrides, components, false, defaults).finish();
}

Config parse_saved_config(const std::string& text, const std::string& name,
                          std::span<const ComponentSchema> components,
                          std::span<const std::string> overrides) {
  return reader_of(text, name, overrides, components, true).finish();
}

Config read_config(const std::string& path, std::span<const std::string> overrides,
                   std::span<const ComponentSchema> components, const Config& defaults) {
  return parse_config(read_config_text(path), path, overrides, components, defaults);
}

std::vector<SearchRange> read_search_space(const std::string& path, std::span<const std::string> overrides,
                                           std::span<const ComponentSchema> components) {
  ConfigReader reader =
      without_rules(ConfigReader(path, components, false), read_config_text(path), overrides);
  reader.finish();
  return reader.search_space();
}

Config read_keys(const std::string& path, std::span<const std::string> overrides,
                 std::span<const ComponentSchema> components) {
  return without_rules(ConfigReader(path, components, false), read_config_text(path), overrides).finish();
}

std::string find_location(const std::string& text, const std::string& name,
                          std::span<const std::string> overrides, std::span<const ComponentSchema> components,
                          const std::string& key) {
  const Location found = reader_of(text, name, overrides, components).location_of(key);
  return found.line == 0 ? "" : place_of(name, found);
}

std::string error_at_key(const std::string& text, const std::string& name,
                         std::span<const std::string> overrides, std::span<const ComponentSchema> components,
                         const std::string& key, const std::string& what) {
  return reader_of(text, name, overrides, components).error_at_key(key, what);
}

std::string write_config(const Config& config) {
  std::string text, section;
  for (const Line& line : lines_of(config)) {
    const std::string header = line.header.empty() ? fmt::format("[{}]", line.section) : line.header;
    if (line.section != section) text += fmt::format("{}{}\n", text.empty() ? "" : "\n", header);
    section = line.section;
    if (!line.name.empty()) text += fmt::format("{} = {}\n", line.name, line.value);
  }
  return text;
}

namespace {

std::map<std::string, std::string> values_of(const Config& config) {
  std::map<std::string, std::string> result;
  for (const Line& line : lines_of(config)) {
    if (!line.name.empty()) result[line.section + "." + line.name] = line.value;
  }
  return result;
}

}  // namespace

std::string value_of(const Config& config, const std::string& key) {
  const std::map<std::string, std::string> values = values_of(config);
  for (const std::string& name : {key, key + ".type", "." + key}) {  // of a component its name
    const auto found = values.find(name);
    if (found != values.end()) return found->second;
  }
  return "";
}

std::vector<ConfigChange> compare_configs(const Config& before, const Config& after) {
  const std::map<std::string, std::string> old_values = values_of(before), new_values = values_of(after);
  // A layer's option may be in one of the two only.
  const auto at = [](const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::string("default") : found->second;
  };
  std::vector<ConfigChange> changes;
  std::map<std::string, std::string> all = new_values;
  all.insert(old_values.begin(), old_values.end());
  for (const auto& [key, value] : all) {
    const ConfigChange change{key, at(old_values, key), at(new_values, key)};
    if (change.before != change.after) changes.push_back(change);
  }
  return changes;
}

}  // namespace orochi
