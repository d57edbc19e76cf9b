// Values to TOML text.
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "io/toml.hpp"

namespace orochi {
namespace {

/// Always recognisable as a float: 1.0, not 1.
std::string number_text(double number) {
  std::string text = fmt::format("{}", number);
  if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

/// The code point at text[at], and `at` goes behind it; U+FFFD where the bytes are no UTF-8, which stay as
/// they are.
char32_t take_code_point(const std::string& text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  constexpr std::array<char32_t, 4> least{0, 0x80, 0x800, 0x10000};
  char32_t code = first & (0x3Fu >> more);
  int found = 0;
  for (; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80; ++found)
    code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  return found == more && first >= 0xC0 && code >= least[static_cast<std::size_t>(more)] ? code : 0xFFFD;
}

/// What a terminal or an editor would act upon: controls, separators of lines, marks of writing direction.
bool is_active(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t code = take_code_point(text, at);
    const char c = text[start];
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (is_active(code)) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(code));
    } else {
      result.append(text, start, at - start);
    }
  }
  return result + '"';
}

struct Writer {
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t integer) const { return fmt::format("{}", integer); }
  std::string operator()(double number) const { return number_text(number); }
  std::string operator()(const std::string& text) const { return quoted(text); }
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

TomlValue to_value(const std::vector<double>& numbers) {
  TomlList values;
  for (const double number : numbers) values.push_back(to_value(number));
  return {values};
}

TomlValue to_value(const OptionValue& option) {
  return std::visit([](const auto& value) { return to_value(value); }, option);
}

}  // namespace orochi
