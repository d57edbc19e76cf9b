// A TOML text as a plain tree with positions, and back to text. The only door to toml++, which is slow to
// compile: toml_parse.cpp alone includes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <orochi/config.hpp>

namespace orochi {

/// Where something is: a line and column of the file, both from 1 (0: the file as a whole), or on the
/// command line, where `argument` is what was typed and `line` its number.
struct Location {
  int line = 0, column = 0;
  std::string argument = {};
};

struct TomlValue;
struct TomlItem;
using TomlList = std::vector<TomlValue>;
using TomlTable = std::vector<TomlItem>;
/// What no configuration key takes: a date, a time.
struct TomlOther {
  std::string what;
};

struct TomlValue {
  std::variant<bool, std::int64_t, double, std::string, TomlList, TomlTable, TomlOther> data;
  Location location = {};
};
struct TomlItem {
  std::string key;
  Location location;
  TomlValue value;
};

struct TomlError {
  Location location;
  std::string message;
};
struct TomlDocument {
  TomlTable table;
  std::vector<TomlError> errors;  // if there are any, `table` is what could be read in spite of them
};

/// Parses a whole TOML text, or as much of it as can be understood.
TomlDocument parse_toml(const std::string& text);

/// The value of a key; null where the table has none such.
const TomlValue* find_value(const TomlTable& table, std::string_view key);

/// The value as written after a TOML key, in the fewest digits that read back to the same bits.
std::string to_toml(const TomlValue& value);
/// The value for a message about its type: `the string "two"`, `a list`.
std::string describe(const TomlValue& value);

/// C++ values as TOML ones.
TomlValue to_value(bool flag);
TomlValue to_value(Index integer);
TomlValue to_value(std::uint64_t integer);
TomlValue to_value(double number);
TomlValue to_value(const std::string& text);
TomlValue to_value(const std::vector<std::string>& texts);
TomlValue to_value(const std::vector<double>& numbers);
TomlValue to_value(const Paths& paths);
TomlValue to_value(const OptionValue& option);

}  // namespace orochi
