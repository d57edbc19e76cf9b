// `section.key=value` from the command line, as if it stood in the file.
#include <fmt/format.h>

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
  const Location location{number, 0, argument.empty() ? "''" : argument};
  const std::size_t equals = argument.find('=');
  const std::vector<std::string> parts = split_at_dots(argument.substr(0, equals));
  bool shaped = equals != std::string::npos && equals > 0 && argument[0] != '-';
  for (const std::string& part : parts) shaped = shaped && !part.empty();
  shaped = shaped && parts.size() <= 8;  // a table for each: deeper ones would take the stack
  if (!shaped) {
    add_error(location, "not an override; write section.key=value, for example train.epochs=20");
    return;
  }
  TomlItem item{parts.back(), location, {}};
  if (!parse_value(argument.substr(equals + 1), item.value)) {
    add_error(location, "the value is not UTF-8 text; allowed: a TOML value or UTF-8 text");
    return;
  }
  set_location(item.value, location);
  // The item as a file would hold it: inside its tables.
  for (std::size_t i = parts.size() - 1; i > 0; --i) {
    item = {parts[i - 1], location, {TomlTable{item}, location}};
  }
  read_item(item);
}

}  // namespace orochi
