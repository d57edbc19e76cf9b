// One JSON object of a line, of which a reader wants a few values.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orochi {

/// The value of a key, as text: numbers and booleans as JSON spells them.
struct JsonValue {
  enum class Kind { missing, null, boolean, number, string, list, object };
  Kind kind = Kind::missing;
  std::string text;                // of one value
  std::vector<std::string> items;  // of a list
  bool is_plain = true;            // of a list: no list, object or null is in it

  /// "a list", "null"
  std::string name() const;
};

struct JsonLine {
  std::vector<JsonValue> values;  // of the wanted keys, in their order
  std::vector<std::string> keys;  // that the object has, nested ones joined by dots; not all of very many
  std::string error;              // or nothing
  std::size_t byte = 0;           // where it is, from 1; 0: not known
  bool is_cut = false;            // the error is that the line ends before the object does
};

/// Reads a line that is valid UTF-8. Keys of nested objects are joined by dots. Throws nothing.
JsonLine read_json_line(std::string_view line, std::span<const std::string> wanted);

}  // namespace orochi
