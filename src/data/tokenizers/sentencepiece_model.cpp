#include "data/tokenizers/sentencepiece_model.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace orochi {
namespace {

/// Takes a number of protobuf's: seven bits a byte, the lowest first.
bool take_number(std::string_view& bytes, std::uint64_t& number) {
  number = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/// Calls `check` with every value of bytes that the message has in this field; false if one is not good, or
/// this is no message.
bool all_of_field(std::string_view message, std::uint64_t field,
                  const std::function<bool(std::string_view)>& check) {
  while (!message.empty()) {
    std::uint64_t tag = 0, size = 0;
    if (!take_number(message, tag)) return false;
    switch (tag & 7) {
      case 0:
        if (!take_number(message, size)) return false;
        size = 0;
        break;
      case 1:
        size = 8;
        break;
      case 2:
        if (!take_number(message, size)) return false;
        break;
      case 5:
        size = 4;
        break;
      default:
        return false;
    }
    if (size > message.size()) return false;
    if ((tag & 7) == 2 && tag >> 3 == field && !check(message.substr(0, size))) return false;
    message.remove_prefix(size);
  }
  return true;
}

std::uint32_t unit_at(std::string_view units, std::size_t i) {
  std::uint32_t unit = 0;
  for (std::size_t k = 4; k-- > 0;) unit = unit << 8 | static_cast<unsigned char>(units[4 * i + k]);
  return unit;
}

/// The size of a double-array trie (Darts-clone), the trie, then texts that end with NUL, which its values
/// are positions of.
bool is_sound_table(std::string_view table) {
  if (table.empty()) return true;  // nothing is rewritten
  if (table.size() < 4) return false;
  const std::size_t size = unit_at(table, 0), count = size / 4;
  table.remove_prefix(4);
  if (count == 0 || size % 4 != 0 || size >= table.size() || table.back() != '\0') return false;
  const std::size_t texts = table.size() - size;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t unit = unit_at(table, i);
    if (unit >> 31 != 0) continue;  // a value: no byte leads on from it
    const std::size_t next = i ^ (std::size_t{unit >> 10} << ((unit & 1u << 9) >> 6));
    if ((next | 0xFF) >= count) return false;
    const bool has_value = (unit >> 8 & 1) != 0;
    if (has_value && (unit_at(table, next) & 0x7FFFFFFF) >= texts) return false;
  }
  return true;
}

}  // namespace

bool has_sound_tables(std::string_view model) {
  constexpr std::uint64_t normalizer = 3, table = 2;  // of sentencepiece_model.proto
  return all_of_field(model, normalizer,
                      [&](std::string_view spec) { return all_of_field(spec, table, is_sound_table); });
}

}  // namespace orochi
