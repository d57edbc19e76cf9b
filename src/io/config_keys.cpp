#include "io/config_keys.hpp"

#include <array>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

namespace orochi {
namespace {

/// Of options, by the alternatives of OptionValue.
constexpr std::array<const char*, 6> types{"boolean", "integer",         "number",
                                           "string",  "list of numbers", "list of strings"};

/// 1e30, not 1e+30
std::string bound(double number) {
  std::string text = fmt::format("{}", number);
  if (const std::size_t plus = text.find('+'); plus != std::string::npos) text.erase(plus, 1);
  return text;
}

/// "a number", "an integer, 1 or more", "a number above 0", "a number from 0 up to, not including, 1"
std::string range_text(const std::string& what, const Allowed& allowed) {
  const bool has_low = std::isfinite(allowed.low),
             has_high = std::isfinite(allowed.high) && allowed.high != largest_integer;
  const std::string high = allowed.below ? fmt::format("up to, not including, {}", bound(allowed.high))
                                         : fmt::format("to {}", bound(allowed.high));
  if (has_low && has_high)
    return fmt::format("{} {} {} {}", what, allowed.above ? "above" : "from", bound(allowed.low), high);
  if (has_low)
    return allowed.above ? fmt::format("{} above {}", what, bound(allowed.low))
                         : fmt::format("{}, {} or more", what, bound(allowed.low));
  return has_high ? fmt::format("{} {}", what, high) : what;
}

/// A config's reader asks the same, and says where; this is for options that are set in C++.
template <class Field>
void set_field(const Key& key, const OptionValue& value, Field& field) {
  if constexpr (std::is_same_v<Field, double>)
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      field = static_cast<double>(*whole);
      return;
    }
  if (const Field* found = std::get_if<Field>(&value))
    field = *found;
  else
    throw usage_error(
        fmt::format("model.block: {} has another type; allowed: {}", key.name, key.allowed.text));
}

}  // namespace

Allowed allow_integer(double low, double high) {
  Allowed allowed{"integer", "", low, high};
  allowed.text = range_text("an integer", allowed);
  return allowed;
}

Allowed allow_number(double low, double high, Without end) {
  Allowed allowed{"number", "", low, high, end == Without::low, end == Without::high};
  allowed.text = range_text("a number", allowed);
  return allowed;
}

Allowed allow_flag() { return {"boolean", "true | false"}; }

Allowed allow_words(std::vector<std::string> words) {
  Allowed allowed{"string", fmt::format("{}", fmt::join(words, " | "))};
  allowed.words = std::move(words);
  return allowed;
}

Allowed allow_text() { return {"string", "a string"}; }

Allowed allow_metric() {
  Allowed allowed = allow_text();
  allowed.is_metric = true;
  return allowed;
}

Allowed allow_texts() {
  Allowed allowed{"list of strings", "a list of strings"};
  allowed.filled = true;
  return allowed;
}

Allowed allow_paths() {
  Allowed allowed{"string or list of strings", "a path or a list of paths"};
  allowed.filled = true;
  return allowed;
}

Allowed allow_layer(std::string role) {
  Allowed allowed{"string", fmt::format("a registered layer of role {}", role)};
  allowed.role = std::move(role);
  return allowed;
}

Allowed allow_blocks(std::string role) {
  Allowed allowed{"list of strings or tables", fmt::format("a list of registered layers of role {}", role)};
  allowed.role = std::move(role);
  return allowed;
}

Allowed allow_component(std::string kind) {
  Allowed allowed{"string or table",
                  fmt::format("a registered {}, or a table with type and its options", kind)};
  allowed.role = std::move(kind);
  return allowed;
}

std::vector<std::string> keys_of_blocks() {
  std::vector<std::string> names;
  const ModelConfig model;
  visit_model(model, [&](const Key& key, const auto&) {
    if (key.of_block) names.push_back(key.name);
  });
  return names;
}

ModelConfig block_model(ModelConfig model, const Options& options) {
  visit_model(model, [&](const Key& key, auto& field) {
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_constructible_v<OptionValue, Field>)
      if (const auto found = options.find(key.name); key.of_block && found != options.end())
        set_field(key, found->second, field);
  });
  return model;
}

Allowed Allowed::element() const {
  if (!role.empty()) return allow_layer(role);
  Allowed one = *this;
  const bool of_strings = type.ends_with(types[5]);
  one.type = types[of_strings ? 3 : 2];
  one.text = of_strings ? fmt::format("{}", fmt::join(words, " | ")) : range_text("a number", *this);
  if (one.text.empty()) one.text = "a string, not empty";
  return one;
}

Allowed allowed_by(const Option& option) {
  Allowed allowed;
  allowed.low = option.least;
  allowed.high = option.most;
  allowed.above = option.without_least;
  allowed.below = option.without_most;
  allowed.words = option.words;
  const std::string words = fmt::format("{}", fmt::join(option.words, " | "));
  allowed.type = types[option.value.index()];
  switch (option.value.index()) {
    case 0:
      allowed.text = "true | false";
      break;
    case 1:
      allowed.text = range_text("an integer", allowed);
      break;
    case 2:
      allowed.text = range_text("a number", allowed);
      break;
    case 3:
      allowed.text = words.empty() ? "a string" : words;
      break;
    case 5:
      allowed.text = words.empty() ? "a list of strings" : "a list of " + words;
      allowed.filled = true;
      break;
    default:
      if (!words.empty()) allowed.type = "string or list of numbers";
      allowed.text = (words.empty() ? "" : fmt::format("\"{}\" | ", fmt::join(option.words, "\" | \""))) +
                     "a list of " + range_text("numbers", allowed);
  }
  return allowed;
}

}  // namespace orochi
