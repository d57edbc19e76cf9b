#include "io/config_reader.hpp"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "io/source_line.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

constexpr const char* sections_text = "[task], [data], [model], [train], [layer.NAME], [search]";

std::vector<std::string> keys_of(const std::string& section) {
  const Config config;
  std::vector<std::string> names;
  visit_keys(config, [&](const Key& key, const auto&) {
    if (key.section == section) names.push_back(key.name);
  });
  return names;
}

bool is_section(const std::string& word) { return word == "data" || word == "model" || word == "train"; }

/// Of those outside of any section: a component's.
bool is_key(const std::string& word) {
  const std::vector<std::string> names = keys_of("");
  return std::find(names.begin(), names.end(), word) != names.end();
}

/// The section that has this key, "" if none has.
std::string section_of(const std::string& name) {
  for (const char* section : {"data", "model", "train"}) {
    const std::vector<std::string> names = keys_of(section);
    if (std::find(names.begin(), names.end(), name) != names.end()) return section;
  }
  return "";
}

}  // namespace

ConfigReader::ConfigReader(std::string name, std::span<const ComponentSchema> components, bool is_saved,
                           const Config& defaults)
    : name_(std::move(name)), components_(components), is_saved_(is_saved), config_(defaults) {}

void ConfigReader::read_text(const std::string& text) {
  text_ = text;
  const TomlDocument document = parse_toml(text);
  for (const TomlError& error : document.errors) add_error(error.location, error.message);
  incomplete_ = !document.errors.empty();
  for (const TomlItem& item : document.table) read_item(item);
}

void ConfigReader::read_item(const TomlItem& item) {
  const auto* table = std::get_if<TomlTable>(&item.value.data);
  if (is_section(item.key) || item.key == "layer" || item.key == "search") {
    if (table == nullptr) {
      const char* header = item.key == "layer" ? "layer.NAME" : item.key.c_str();
      add_error(item.location, fmt::format("{} is {}, but names a section; write [{}] above its keys",
                                           item.key, describe(item.value), header));
    } else if (item.key == "search") {
      for (const TomlItem& entry : *table) read_search({}, entry);
    } else if (item.key == "layer") {
      for (const TomlItem& layer : *table) read_layer(layer);
    } else {
      for (const TomlItem& entry : *table) read_key(item.key, entry);
    }
  } else if (is_key(item.key)) {
    read_key("", item);
  } else if (table != nullptr) {
    unknown_section(item);
  } else {
    unknown_key("", item);
  }
}

void ConfigReader::read_key(const std::string& section, const TomlItem& item) {
  bool known = false;
  visit_keys(config_, [&](const Key& key, auto& field) {
    if (key.section != section || key.name != item.key) return;
    known = true;
    locations_[key.full_name()] = item.value.location;
    if (!store(key, item.value, field)) wrong_.insert(key.full_name());
  });
  if (!known) unknown_key(section, item);
}

void ConfigReader::unknown_section(const TomlItem& item) {
  std::string section = familiar_section(item.key);
  if (section.empty())
    section = nearest(item.key, {"data", "model", "train", "search", "layer.NAME", "layer"});
  if (section == "layer") section = "layer.NAME";
  // A layer's name without the word before it: [relu] for [layer.relu].
  if (find_component("layer", item.key) != nullptr) section = "layer." + item.key;
  add_error(item.location, section.empty()
                               ? fmt::format("unknown section [{}]; allowed: {}", item.key, sections_text)
                               : fmt::format("unknown section [{}]; did you mean [{}]?", item.key, section));
}

void ConfigReader::unknown_key(const std::string& section, const TomlItem& item) {
  if (enough()) return add_error(item.location, "");
  const std::string full = section.empty() ? item.key : section + "." + item.key;
  add_error(item.location,
            fmt::format("unknown key {}; {}", to_toml(to_value(full)), hint(section, item.key)));
}

std::string ConfigReader::hint(const std::string& section, const std::string& word) const {
  const std::string remark = remark_on(word);
  if (!remark.empty()) return remark;
  if (is_key(word))
    return fmt::format("it belongs above all sections, or is {}=... on the command line", word);
  const std::string home = home_of(word);
  if (is_section(home)) return fmt::format("it belongs in [{}]", home);
  if (!home.empty())
    return fmt::format("it is an option of {0}: [{0}] {1} = ..., or {0}.{1}=... on the command line", home,
                       word);
  std::string meant = familiar_key(word);
  if (meant.empty()) meant = nearest(word, keys_of(section));
  for (const char* other : {"data", "model", "train"}) {
    if (meant.empty()) meant = nearest(word, keys_of(other));
  }
  std::vector<std::string> options;
  for (const auto& [option, key] : options_of_keys()) options.push_back(option);
  if (meant.empty()) meant = nearest(word, options);
  if (!meant.empty()) {
    const std::string location = home_of(meant);
    return location == section ? fmt::format("did you mean \"{}\"?", meant)
                               : fmt::format("did you mean \"{}\" in [{}]?", meant, location);
  }
  if (section.empty()) return fmt::format("every key is in a section: {}", sections_text);
  return fmt::format("keys of [{}]: {}", section, fmt::join(keys_of(section), ", "));
}

std::string ConfigReader::home_of(const std::string& name) const {
  const std::string section = section_of(name);
  if (!section.empty()) return section;
  for (const auto& [option, key] : options_of_keys())
    if (option == name) return key;
  return "";
}

void ConfigReader::read_layer(const TomlItem& item) {
  const ComponentSchema* schema = find_component("layer", item.key);
  if (schema == nullptr && is_saved_) return;
  if (schema == nullptr) {
    const std::vector<std::string> names = names_of("layer");
    add_error(item.location, fmt::format("unknown layer \"{}\"; registered: {}{}", item.key,
                                         fmt::join(names, " | "), did_you_mean(item.key, names)));
    return;
  }
  const auto* table = std::get_if<TomlTable>(&item.value.data);
  if (table == nullptr) {
    add_error(item.location,
              fmt::format("layer.{} is {}, but names a section; write [layer.{}] above its keys", item.key,
                          describe(item.value), item.key));
    return;
  }
  Options& options = config_.layer[schema->name];
  for (const TomlItem& option : *table) read_option("layer." + schema->name, *schema, option, options);
}

Location ConfigReader::location_of(const std::string& key) const {
  const auto found = locations_.find(key);
  return found == locations_.end() ? Location{} : found->second;
}

std::string ConfigReader::error_at_key(const std::string& key, const std::string& what) const {
  return error_at(name_, location_of(key), text_, what);
}

Config ConfigReader::finish() {
  add_defaults();
  if (errors_.empty()) return std::move(config_);
  const auto order = [](const FileError& error) {
    return std::make_tuple(!error.location.argument.empty(), error.location.line, error.location.column);
  };
  std::stable_sort(errors_.begin(), errors_.end(),
                   [&](const FileError& a, const FileError& b) { return order(a) < order(b); });
  constexpr std::size_t most_sources = 20;  // that are shown with their lines
  std::string text;
  std::size_t number = 0;
  for (const auto& [location, message] : errors_) {
    const bool shows = ++number <= most_sources || !location.argument.empty();
    text += (text.empty() ? "" : "\n") +
            error_at(name_, location, shows ? std::string_view(text_) : std::string_view(), message);
  }
  if (unsaid_ > 0) text += fmt::format("\n{}: error: and {} more", name_, unsaid_);
  throw usage_error(text);
}

}  // namespace orochi
