#include "cli/explain_key.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "cli/text.hpp"
#include "io/suggest.hpp"

namespace orochi {
namespace {

constexpr std::size_t margin = 11;

/// "type      an integer", wrapped beside its title.
std::string entry(const std::string& title, const std::string& text, std::size_t indent = margin) {
  return with_title(title, escape(text), indent);
}

std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

/// A key, with the components whose option it is where it is one.
struct Known {
  ConfigKey key;
  std::vector<std::string> components, defaults;
};

std::vector<Known> known_keys(std::span<const ComponentSchema> components) {
  std::vector<Known> known;
  for (const ConfigKey& key : config_keys()) known.push_back({key, {}, {}});
  for (const ComponentKey& option : component_keys(components)) {
    const auto same = std::ranges::find_if(known, [&](const Known& other) {
      return other.key.name == option.key.name && other.key.allowed == option.key.allowed;
    });
    Known& one = same == known.end() ? known.emplace_back(Known{option.key, {}, {}}) : *same;
    one.components.push_back(option.component);
    one.defaults.push_back(option.key.default_value);
  }
  return known;
}

std::string default_text(const Known& known) {
  const bool same = std::ranges::all_of(
      known.defaults, [&](const std::string& other) { return other == known.key.default_value; });
  if (same) return known.key.default_value;
  std::string text;
  for (std::size_t i = 0; i < known.components.size(); ++i)
    text += fmt::format("{}{} with {}", i == 0 ? "" : ", ", known.defaults[i], known.components[i]);
  return text;
}

std::string value_text(const std::string& key, const ExplainedConfig& shown,
                       std::span<const ComponentSchema> components) {
  const std::string value = value_of(shown.config, key);
  if (value.empty()) return "none: the config names another component";
  const std::string place =
      find_location(read_config_text(shown.path), shown.path, shown.overrides, components, key);
  return value + (place.empty() ? ", which " + shown.path + " leaves as it is" : ", set at " + place);
}

std::string options_text(const ComponentSchema& component) {
  std::string text;
  for (const ComponentKey& option : component_keys({&component, 1}))
    text += fmt::format("{}{} = {}", text.empty() ? "; options: " : ", ", last_part(option.key.name),
                        option.key.default_value);
  return text;
}

/// What a metric's name may be, the tasks say.
std::string allowed_text(const ConfigKey& key, std::span<const ComponentSchema> components) {
  if (!key.is_metric) return key.allowed;
  std::string text = "loss";
  for (const ComponentSchema& task : components)
    if (!task.metrics.empty())
      text += fmt::format("; with task {}: {}", task.name, fmt::join(task.metrics, " | "));
  return text;
}

std::string explained(const Known& known, const ExplainedConfig& shown,
                      std::span<const ComponentSchema> components) {
  const ConfigKey& key = known.key;
  std::string text = entry(key.name, key.doc.empty() ? "" : key.doc, std::max(margin, key.name.size() + 2));
  if (!known.components.empty())
    text += entry("option of", fmt::format("{}", fmt::join(known.components, ", ")));
  text += entry("type", key.type) + entry("allowed", allowed_text(key, components)) +
          entry("default", default_text(known));
  if (!shown.path.empty()) text += entry("value", value_text(key.name, shown, components));
  const std::vector<ComponentSchema> choices = components_of(key.name, components);
  std::size_t widest = 0;
  for (const ComponentSchema& component : choices) widest = std::max(widest, component.name.size());
  for (const ComponentSchema& component : choices)
    text += entry("  " + component.name, component.summary + options_text(component), widest + 4);
  return text;
}

/// Of a section, "train", or of the table of a component: its keys, a line each.
std::string outline(const std::string& section, const std::vector<Known>& known) {
  std::vector<const Known*> keys;
  std::size_t widest = 0;
  for (const Known& one : known) {
    const std::string& name = one.key.name;
    if (!name.starts_with(section + ".") || name.find('.', section.size() + 1) != std::string::npos) continue;
    keys.push_back(&one);
    widest = std::max(widest, name.size());
  }
  std::string text;
  for (const Known* one : keys)
    text +=
        entry(one->key.name, fmt::format("{} (default: {})", one->key.doc, default_text(*one)), widest + 2);
  return text;
}

/// The known key whose last part is nearest to the word's, in the word's own section first.
std::string nearest_key(const std::string& word, const std::vector<Known>& known) {
  const std::string section = word.substr(0, word.size() - last_part(word).size());
  for (const std::string& start : {section, std::string()}) {
    std::vector<std::string> parts;
    for (const Known& one : known)
      if (one.key.name.starts_with(start)) parts.push_back(last_part(one.key.name));
    const std::string near = nearest(last_part(word), parts);
    for (const Known& one : known)
      if (!near.empty() && one.key.name.starts_with(start) && last_part(one.key.name) == near)
        return one.key.name;
  }
  return "";
}

[[noreturn]] void refuse(const std::string& word, const std::vector<Known>& known) {
  const std::string meant = nearest_key(word, known);
  throw usage_error(fmt::format("there is no key \"{}\"; {}", word,
                                meant.empty()
                                    ? "`orochi config --explain train` lists those of [train], and so on"
                                    : fmt::format("did you mean \"{}\"?", meant)));
}

}  // namespace

std::string explain_key(const std::string& word, const ExplainedConfig& shown,
                        std::span<const ComponentSchema> components) {
  const std::vector<Known> known = known_keys(components);
  std::string text;
  const auto add = [&](const auto& is_meant) {
    for (const Known& one : known)
      if (is_meant(one.key.name)) text += (text.empty() ? "" : "\n") + explained(one, shown, components);
    return !text.empty();
  };
  if (add([&](const std::string& name) { return name == word; })) return text;
  if (text = outline(word, known); !text.empty()) return text;
  if (add([&](const std::string& name) { return last_part(name) == word; })) return text;
  const std::string ours = familiar_key(last_part(word));
  if (!ours.empty() && add([&](const std::string& name) { return last_part(name) == ours; }))
    return fmt::format("\"{}\" is called {} here\n\n", escape(word), ours) + text;
  refuse(word, known);
}

}  // namespace orochi
