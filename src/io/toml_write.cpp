// Values to TOML text.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/utf8.hpp"
#include "io/toml.hpp"

namespace orochi {
namespace {

/// Always recognisable as a float: 1.0, not 1.
std::string number_text(double number) {
  std::string text = fmt::format("{}", number);
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

/// Bytes that are no UTF-8 stay as they are.
std::string quoted_string(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const auto [bytes, code_point, is_valid] = utf8::take(text);
    if (code_point == '"' || code_point == '\\')
      result += "\\", result += bytes;
    else if (code_point == '\n' || code_point == '\t')
      result += code_point == '\n' ? "\\n" : "\\t";
    else if (is_valid && utf8::is_active(code_point))
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(code_point));
    else
      result += bytes;
  }
  return result + '"';
}

struct Writer {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t integer) const { return fmt::format("{}", integer); }
  std::string operator()(double number) const { return number_text(number); }
  std::string operator()(const std::string& text) const { return quoted_string(text); }
  std::string operator()(const TomlList& values) const {
    std::string result = "[";
    for (const TomlValue& value : values) result += (result.size() > 1 ? ", " : "") + to_toml(value);
    return result + "]";
  }
  std::string operator()(const TomlTable&) const { return "a table"; }
  std::string operator()(const TomlOther& other) const { return other.what; }
};

struct Describer {
  std::string operator()(bool flag) const { return Writer{}(flag); }
  std::string operator()(std::int64_t integer) const { return "the integer " + Writer{}(integer); }
  std::string operator()(double number) const { return "the number " + Writer{}(number); }
  std::string operator()(const std::string& text) const { return "the string " + Writer{}(text); }
  std::string operator()(const TomlList&) const { return "a list"; }
  std::string operator()(const TomlTable& table) const { return Writer{}(table); }
  std::string operator()(const TomlOther& other) const { return Writer{}(other); }
};

}  // namespace

const TomlValue* find_value(const TomlTable& table, std::string_view key) {
  const auto found = std::ranges::find(table, key, &TomlItem::key);
  return found == table.end() ? nullptr : &found->value;
}

std::string to_toml(const TomlValue& value) { return std::visit(Writer{}, value.data); }
std::string describe(const TomlValue& value) { return std::visit(Describer{}, value.data); }

TomlValue to_value(bool flag) { return {flag}; }
TomlValue to_value(Index integer) { return {std::int64_t{integer}}; }
TomlValue to_value(std::uint64_t integer) { return {static_cast<std::int64_t>(integer)}; }
TomlValue to_value(double number) { return {number}; }
TomlValue to_value(const std::string& text) { return {text}; }

TomlValue to_value(const std::vector<std::string>& texts) {
  TomlList values;
  for (const std::string& text : texts) values.push_back(to_value(text));
  return {values};
}

TomlValue to_value(const Paths& paths) {
  if (paths.files.size() > 1) return to_value(paths.files);
  return to_value(paths.empty() ? std::string() : paths.files.front());
}

TomlValue to_value(const std::vector<double>& numbers) {
  TomlList values;
  for (const double number : numbers) values.push_back(to_value(number));
  return {values};
}

TomlValue to_value(const OptionValue& option) {
  return std::visit([](const auto& value) { return to_value(value); }, option);
}

}  // namespace orochi
