// `section.key=value` from the command line, as if it stood in the file.
#include <fmt/format.h>

#include "core/utf8.hpp"
#include "io/config_reader.hpp"

namespace orochi {
namespace {

void set_location(TomlValue& value, const Location& location) {
  value.location = location;
  if (auto* list = std::get_if<TomlList>(&value.data)) {
    for (TomlValue& element : *list) set_location(element, location);
  }
  if (auto* table = std::get_if<TomlTable>(&value.data))
    for (TomlItem& item : *table) item.location = location, set_location(item.value, location);
}

std::vector<std::string> split_at_dots(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

/// TOML if it is TOML, else a bare string, which must be UTF-8 to be written to a file again.
bool parse_value(const std::string& text, TomlValue& value) {
  const auto parse = [&value](const std::string& toml) {
    TomlDocument document = parse_toml("v = " + toml);
    if (!document.errors.empty() || document.table.size() != 1) return false;
    value = document.table.front().value;
    return true;
  };
  return parse(text) || parse(to_toml(to_value(text)));
}

}  // namespace

void ConfigReader::read_override(const std::string& argument, int number) {
  const Location location{number, 1, argument.empty() ? "''" : argument};
  const std::size_t equals = argument.find('=');
  const auto at = [&](std::size_t byte) {
    Location there = location;
    there.column = static_cast<int>(utf8::count(std::string_view(argument).substr(0, byte))) + 1;
    return there;
  };
  const std::vector<std::string> parts = split_at_dots(argument.substr(0, equals));
  bool shaped = equals != std::string::npos && equals > 0 && argument[0] != '-';
  for (const std::string& part : parts) shaped = shaped && !part.empty();
  shaped = shaped && parts.size() <= 8;  // a table for each: deeper ones would take the stack
  if (!shaped) {
    add_error(location, "not an override; write section.key=value, for example train.epochs=20");
    return;
  }
  std::size_t key_at = argument.rfind('.', equals) + 1;  // npos + 1 is 0
  TomlItem item{parts.back(), at(key_at), {}};
  const Location value = at(equals + 1);
  if (!parse_value(argument.substr(equals + 1), item.value)) {
    add_error(value, "the value is not UTF-8 text; allowed: a TOML value or UTF-8 text");
    return;
  }
  set_location(item.value, value);
  // The item as a file would hold it: inside its tables.
  for (std::size_t i = parts.size() - 1; i > 0; --i) {
    key_at -= parts[i - 1].size() + 1;
    item = {parts[i - 1], at(key_at), {TomlTable{item}, value}};
  }
  read_item(item);
}

}  // namespace orochi
