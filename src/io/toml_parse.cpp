// TOML text to a tree, by toml++.
#include <toml++/toml.h>
#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "io/toml.hpp"

namespace orochi {
namespace {

Place place_of(const toml::source_region& source) {
  return {static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
}

TomlValue convert(const toml::node& node);

TomlTable convert_table(const toml::table& table) {
  TomlTable items;
  for (auto&& [key, node] : table) {
    items.push_back({std::string(key.str()), place_of(key.source()), convert(node)});
  }
  return items;
}

TomlValue convert(const toml::node& node) {
  TomlValue value{TomlOther{"a date or time"}, place_of(node.source())};
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

TomlError to_error(const toml::parse_error& error) {
  std::string message(error.description());
  if (!message.empty()) {
    message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  }
  if (message.find("could not determine value type") != std::string::npos) {
    message += "; a string stands in \"quotes\"";
  }
  return {place_of(error.source()), message};
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Whether the dot at `at` stands in a number, where no second dot follows before the number ends.
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

/// The table, or else the first error is added to `errors`.
std::optional<TomlTable> try_parse(const std::string& text, std::vector<TomlError>& errors) {
  try {
    return convert_table(toml::parse(std::string_view(text)));
  } catch (const toml::parse_error& error) {
    errors.push_back(to_error(error));
    return std::nullopt;
  }
}

/// Takes the faulty line out, so that the rest can be read: only if the fault lies in this line alone (it is
/// one by itself too, or a key given twice) and the line is no header, without which later keys would be
/// misplaced.
bool blank_faulty_line(std::string& text, const TomlError& error) {
  std::size_t begin = 0;
  for (int line = 1; line < error.place.line; ++line) {
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
