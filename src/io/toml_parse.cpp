// TOML text to a tree, by toml++.
#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <toml++/toml.h>

#include "core/utf8.hpp"
#include "io/source_line.hpp"
#include "io/toml.hpp"

namespace orochi {
namespace {

Location location_of(const toml::source_region& source) {
  return {static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
}

TomlValue convert(const toml::node& node);

TomlTable convert_table(const toml::table& table) {
  TomlTable items;
  for (auto&& [key, node] : table) {
    items.push_back({std::string(key.str()), location_of(key.source()), convert(node)});
  }
  return items;
}

TomlValue convert(const toml::node& node) {
  TomlValue value{TomlOther{"a date or time"}, location_of(node.source())};
  if (const auto* boolean = node.as_boolean()) {
    value.data = boolean->get();
  } else if (const auto* integer = node.as_integer()) {
    value.data = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.data = number->get();
  } else if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* table = node.as_table()) {
    value.data = convert_table(*table);
  } else if (const auto* list = node.as_array()) {
    TomlList values;
    for (const toml::node& element : *list) values.push_back(convert(element));
    value.data = std::move(values);
  }
  return value;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(" \t\r"), text.size());
  return text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

/// What to write instead, where a faulty line shows what was meant; other languages' habits.
std::string remedy(std::string_view line, std::size_t column, const std::string& message) {
  line = without_blanks(line);
  const std::size_t equals = line.find('=');
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : without_blanks(line.substr(equals + 1));
  const auto begins = [&](std::initializer_list<std::string_view> starts) {
    return std::any_of(starts.begin(), starts.end(),
                       [&](std::string_view s) { return value.starts_with(s); });
  };
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  if (line.starts_with("{")) return "; this looks like JSON, write TOML: [section] and below it key = value";
  if (line.starts_with("//") || line.starts_with(";")) return "; a comment begins with #";
  if (says("cannot redefine")) return "; it is above already, keep one";
  if (says("invalid utf-8")) return "; save the file as UTF-8";
  if (says("expected '='")) return "; write key = value";
  if (says("expected value")) return "; write a value, or remove the line";
  if (begins({"True", "TRUE", "False", "FALSE", "yes", "no"})) return "; write true or false";
  if (begins({"None", "null", "nil"})) return "; leave the key out for its default";
  if (begins({"\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x98", "\xE2\x80\x99"}))
    return "; write straight quotes: \"text\"";
  if (says("control character"))
    return column > utf8::count(line) ? "; close the string before the line ends" : "; remove it";
  if (says("escape sequence") || says("hex digit"))
    return "; write \\\\ for a backslash, or the text in 'single quotes'";
  if (says("parsing array")) return "; close the list with ]";
  if (value.size() > 1 && value[0] == '.' && value[1] >= '0' && value[1] <= '9')
    return "; write a digit before the point: 0.5";
  if (value.ends_with(".")) return "; write a digit behind the point: 1.0";
  if (begins({"0,", "1,"})) return "; the decimal sign is a point";
  if (says("expected a comment or whitespace")) return "; write one key a line";
  const bool is_word = value.find('/') != std::string_view::npos || says("could not determine value type");
  return is_word ? "; a string is written in \"quotes\"" : "";
}

TomlError to_error(const toml::parse_error& error, const std::string& text) {
  std::string message(error.description());
  constexpr std::string_view lead = "Error ";  // error_at says that
  if (message.starts_with(lead)) message.erase(0, lead.size());
  if (!message.empty()) {
    message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  }
  const Location location = location_of(error.source());
  return {location,
          message + remedy(line_of(text, location.line), static_cast<std::size_t>(location.column), message)};
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Whether the dot at `at` is in a number, where no second dot follows before the number ends.
bool is_decimal_point(std::string_view line, std::size_t at) {
  std::size_t begin = at, end = at + 1;
  while (begin > 0 && is_key_character(line[begin - 1])) --begin;
  while (end < line.size() && is_key_character(line[end])) ++end;
  const bool alone = (begin == 0 || line[begin - 1] != '.') && (end == line.size() || line[end] != '.');
  return alone && begin < at && end > at + 1;
}

/// A table lies in a table for every dot of a key; toml++ and `convert` go down by recursion, and a line of a
/// hundred thousand dots would take the whole stack.
std::optional<TomlError> too_many_dots(std::string_view text) {
  constexpr int most = 128;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    int dots = 0;
    for (std::size_t at = line.find('.'); at != std::string_view::npos; at = line.find('.', at + 1))
      if (!is_decimal_point(line, at) && ++dots > most)
        return TomlError{{number, static_cast<int>(at) + 1},
                         "more than 128 dots in a line; keys do not nest so deep"};
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// The text with '~' for every character beyond ASCII, but for the byte order mark. Only strings and comments
/// may hold a '~', so where toml++ takes this, it meets such characters nowhere else. Met elsewhere, most of
/// them lead it (3.3) by a way out of a switch that it calls unreachable: is_non_ascii_horizontal_whitespace.
std::string in_ascii(std::string_view text) {
  std::string result(
      text.substr(0, text.starts_with(utf8::byte_order_mark) ? utf8::byte_order_mark.size() : 0));
  for (const char c : text.substr(result.size()))
    if (is_ascii(c))
      result += c;
    else if (!utf8::continues(c))
      result += '~';
  return result;
}

/// The character at a location of the text.
std::string character_at(std::string_view text, const Location& location) {
  if (text.starts_with(utf8::byte_order_mark)) text.remove_prefix(utf8::byte_order_mark.size());
  std::string_view line = line_of(text, location.line);
  for (int column = 1; !line.empty(); ++column) {
    std::size_t size = 1;
    while (size < line.size() && utf8::continues(line[size])) ++size;
    if (column == location.column) return std::string(line.substr(0, size));
    line.remove_prefix(size);
  }
  return "";
}

/// What is wrong with the text itself, where toml++ found this in `in_ascii` of it.
TomlError with_character(TomlError error, const std::string& character, std::string_view text) {
  error.message = "the character " + to_toml(to_value(character)) + " outside of strings and comments";
  const std::string help = remedy(line_of(text, error.location.line),
                                  static_cast<std::size_t>(error.location.column), error.message);
  error.message += help.empty() ? "; keys and values are plain ASCII, text is written in \"quotes\"" : help;
  return error;
}

/// By toml++ alone: the table, or else the first error is added to `errors`.
std::optional<TomlTable> ask_toml(const std::string& text, std::vector<TomlError>& errors) {
  try {
    return convert_table(toml::parse(std::string_view(text)));
  } catch (const toml::parse_error& error) {
    errors.push_back(to_error(error, text));
    return std::nullopt;
  }
}

std::optional<TomlTable> try_parse(const std::string& text, std::vector<TomlError>& errors) {
  const std::string ascii = in_ascii(text);
  std::vector<TomlError> found;
  if (ascii == text) return ask_toml(text, errors);
  if (ask_toml(ascii, found)) return ask_toml(text, errors);
  const TomlError& error = found.front();
  const std::string character = character_at(text, error.location);
  const bool beyond = !character.empty() && !is_ascii(character[0]);
  if (beyond && utf8::find_invalid(character) != std::string::npos)
    return ask_toml(text, errors);  // which says so, before it comes to more
  errors.push_back(beyond ? with_character(error, character, text) : error);
  return std::nullopt;
}

/// Takes the faulty line out, so that the rest can be read: only if the fault lies in this line alone (it is
/// one by itself too, or a key given twice) and the line is no header, without which later keys would be
/// misplaced.
bool blank_faulty_line(std::string& text, const TomlError& error) {
  std::size_t begin = 0;
  for (int line = 1; line < error.location.line; ++line) {
    begin = text.find('\n', begin);
    if (begin == std::string::npos) return false;
    ++begin;
  }
  const std::size_t end = std::min(text.find('\n', begin), text.size());
  const std::string line = text.substr(begin, end - begin);
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos || line[first] == '[') return false;
  std::vector<TomlError> errors_alone;
  const bool twice = error.message.find("cannot redefine") != std::string::npos;
  if (!twice && try_parse(line, errors_alone)) return false;
  text.replace(begin, end - begin, "");
  return true;
}

}  // namespace

TomlDocument parse_toml(const std::string& text) {
  TomlDocument document;
  if (const std::optional<TomlError> error = too_many_dots(text)) {
    document.errors.push_back(*error);
    return document;
  }
  std::string rest = text;
  std::optional<TomlTable> table = try_parse(rest, document.errors);
  // A file that is no TOML at all would have a fault a line.
  constexpr std::size_t most_errors = 10;
  while (!table && document.errors.size() < most_errors && blank_faulty_line(rest, document.errors.back())) {
    table = try_parse(rest, document.errors);
  }
  if (table) document.table = std::move(*table);
  return document;
}

}  // namespace orochi
