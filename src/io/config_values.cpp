// One value into one field of the configuration, or an error.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "io/config_reader.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

bool in_range(const Allowed& allowed, double value) {
  if (!std::isfinite(value)) return false;
  const bool high_enough = allowed.above ? value > allowed.low : value >= allowed.low;
  const bool low_enough = allowed.below ? value < allowed.high : value <= allowed.high;
  return high_enough && low_enough;
}

/// Numbers may be written as integers.
const double* as_number(const TomlValue& value, double& storage) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) {
    storage = static_cast<double>(*integer);
    return &storage;
  }
  return std::get_if<double>(&value.data);
}

/// What was typed for this very key on the command line, where that is one value: for a text, "1" needs no
/// quotes there.
std::optional<std::string> typed_text(const Key& key, const TomlValue& value) {
  const std::string start = key.full_name() + "=";
  const bool is_one =
      !std::holds_alternative<TomlList>(value.data) && !std::holds_alternative<TomlTable>(value.data);
  if (!is_one || !value.location.argument.starts_with(start)) return std::nullopt;
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  return value.location.argument.substr(start.size());
}

}  // namespace

bool ConfigReader::refuse_type(const Key& key, const TomlValue& value) {
  std::string layers;
  if (!key.allowed.role.empty()) layers = fmt::format(": {}", fmt::join(names_of(key.allowed.role), " | "));
  add_error(value.location, fmt::format("{} is {}; allowed: {}{}", key.full_name(), describe(value),
                                        key.allowed.text, layers));
  return false;
}

bool ConfigReader::refuse_range(const Key& key, const TomlValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  const bool too_large = integer != nullptr && static_cast<double>(*integer) > largest_integer;
  const bool say_limit = too_large && key.allowed.high == largest_integer;
  add_error(value.location, fmt::format("{} is {}; allowed: {}{}", key.full_name(), to_toml(value),
                                        key.allowed.text, say_limit ? ", at most 2147483647" : ""));
  return false;
}

bool ConfigReader::store(const Key& key, const TomlValue& value, bool& field) {
  const auto* flag = std::get_if<bool>(&value.data);
  if (flag == nullptr) return refuse_type(key, value);
  field = *flag;
  return true;
}

bool ConfigReader::store(const Key& key, const TomlValue& value, Index& field) {
  const auto* integer = std::get_if<std::int64_t>(&value.data);
  if (integer == nullptr) return refuse_type(key, value);
  if (!in_range(key.allowed, static_cast<double>(*integer))) return refuse_range(key, value);
  field = *integer;
  return true;
}

bool ConfigReader::store(const Key& key, const TomlValue& value, std::uint64_t& field) {
  Index integer = 0;
  if (!store(key, value, integer)) return false;
  field = static_cast<std::uint64_t>(integer);
  return true;
}

bool ConfigReader::store(const Key& key, const TomlValue& value, double& field) {
  double storage = 0;
  const double* number = as_number(value, storage);
  if (number == nullptr) return refuse_type(key, value);
  if (!in_range(key.allowed, *number)) return refuse_range(key, value);
  field = *number;
  return true;
}

bool ConfigReader::store(const Key& key, const TomlValue& value, std::string& field) {
  std::optional<std::string> text = typed_text(key, value);
  if (const auto* written = std::get_if<std::string>(&value.data)) text = *written;
  if (!text) return refuse_type(key, value);
  if (!check_word(key.full_name(), key.allowed, *text, value.location)) return false;
  field = *text;
  return true;
}

bool ConfigReader::check_word(const std::string& name, const Allowed& allowed, const std::string& word,
                              const Location& location) {
  const auto& words = allowed.words;
  if (std::find(words.begin(), words.end(), word) != words.end()) return true;
  const bool any = words.empty() && allowed.role.empty();
  if (any && (is_saved_ || !allowed.filled || !word.empty())) return true;
  std::vector<std::string> choices = words;
  if (!allowed.role.empty()) {
    if (find_component(allowed.role, word) != nullptr) return true;
    choices = names_of(allowed.role);
    choices.insert(choices.end(), words.begin(), words.end());
  }
  if (is_saved_ && !allowed.role.empty()) {
    add_error(location,
              fmt::format("{} is {}, which this program does not know; use the program that trained "
                          "the model, or one that registers it; it knows: {}",
                          name, to_toml(to_value(word)), fmt::join(choices, " | ")));
    return false;
  }
  const ComponentSchema* layer = find_component("layer", word);
  const std::string other_role =
      layer != nullptr && !allowed.role.empty() ? fmt::format(", a layer of role {}", layer->kind) : "";
  std::string choices_text = fmt::format("{}", fmt::join(choices, " | "));
  if (any || (allowed.role.empty() && allowed.type != "string")) choices_text = allowed.text;
  add_error(location, fmt::format("{} is {}{}; allowed: {}{}", name, to_toml(to_value(word)), other_role,
                                  choices_text, did_you_mean(word, choices)));
  return false;
}

/// Each element must be what the key allows.
template <class Element>
bool ConfigReader::store_list(const Key& key, const TomlValue& value, const Element& otherwise,
                              std::vector<Element>& field) {
  const auto* list = std::get_if<TomlList>(&value.data);
  if (list == nullptr) return refuse_type(key, value);
  std::vector<Element> elements(list->size(), otherwise);
  bool good = true;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Key element{key.section, fmt::format("{}[{}]", key.name, i), key.allowed.element(), ""};
    good &= store(element, (*list)[i], elements[i]);
  }
  if (good) field = elements;
  return good;
}

bool ConfigReader::store(const Key& key, const TomlValue& value, std::vector<std::string>& field) {
  if (const std::optional<std::string> one = typed_text(key, value)) return field = {*one}, true;
  return store_list(key, value, std::string(), field);
}
bool ConfigReader::store(const Key& key, const TomlValue& value, Paths& field) {
  std::string file;
  if (const auto* list = std::get_if<TomlList>(&value.data); list != nullptr) {
    if (!list->empty()) return store(key, value, field.files);
    add_error(value.location,
              fmt::format("{} is an empty list; allowed: {}", key.full_name(), key.allowed.text));
    return false;
  }
  if (!store(key, value, file)) return false;
  field = file;
  return true;
}

bool ConfigReader::store(const Key& key, const TomlValue& value, std::vector<double>& field) {
  return store_list(key, value, 0.0, field);
}
bool ConfigReader::store(const Key& key, const TomlValue& value, std::vector<Component>& field) {
  return store_list(key, value, Component{"encoder_layer"}, field);
}

}  // namespace orochi
