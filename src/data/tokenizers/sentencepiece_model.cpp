#include "data/tokenizers/sentencepiece_model.hpp"

#include <bit>
#include <cstddef>
#include <functional>

#include <orochi/error.hpp>

#include "core/utf8.hpp"

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

std::uint32_t unit_at(std::string_view units, std::size_t i) {
  std::uint32_t unit = 0;
  for (std::size_t k = 4; k-- > 0;) unit = unit << 8 | static_cast<unsigned char>(units[4 * i + k]);
  return unit;
}

struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  // a number, or the bits of a float
  std::string_view bytes;   // a text or a message
};

/// Calls `take` with each field of the message; false if it says so of one, or this is no message.
bool all_of_fields(std::string_view message, const std::function<bool(const Field&)>& take) {
  while (!message.empty()) {
    std::uint64_t tag = 0, size = 0;
    Field field;
    if (!take_number(message, tag)) return false;
    field.number = tag >> 3;
    switch (tag & 7) {
      case 0:
        if (!take_number(message, field.value)) return false;
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
    if ((tag & 7) == 2) field.bytes = message.substr(0, size);
    if ((tag & 7) == 5) field.value = unit_at(message, 0);
    if (!take(field)) return false;
    message.remove_prefix(size);
  }
  return true;
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

// Numbers of fields in sentencepiece_model.proto.
namespace field {
constexpr std::uint64_t pieces = 1, trainer = 2, normalizer = 3;                        // of a model
constexpr std::uint64_t text = 1, score = 2, type = 3;                                  // of a piece
constexpr std::uint64_t kind = 3, blank_behind = 24, spells_bytes = 35;                 // of the trainer
constexpr std::uint64_t table = 2, adds_blank = 3, joins_blanks = 4, marks_blanks = 5;  // of the normalizer
}  // namespace field

bool take_piece(std::string_view message, SentencePieceModel& model) {
  SentencePieceModel::Piece& piece = model.pieces.emplace_back();
  return all_of_fields(message, [&](const Field& f) {
    if (f.number == field::text) piece.text = f.bytes;
    if (f.number == field::score) piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(f.value));
    if (f.number == field::type) piece.type = static_cast<SentencePieceModel::Type>(f.value);
    return true;
  });
}

bool take_trainer(std::string_view message, SentencePieceModel& model) {
  return all_of_fields(message, [&](const Field& f) {
    if (f.number == field::kind) model.kind = static_cast<SentencePieceModel::Kind>(f.value);
    if (f.number == field::blank_behind) model.adds_blank_behind = f.value != 0;
    if (f.number == field::spells_bytes) model.spells_bytes = f.value != 0;
    return true;
  });
}

bool take_normalizer(std::string_view message, SentencePieceModel& model) {
  return all_of_fields(message, [&](const Field& f) {
    if (f.number == field::table) model.table = f.bytes;
    if (f.number == field::adds_blank) model.adds_blank = f.value != 0;
    if (f.number == field::joins_blanks) model.joins_blanks = f.value != 0;
    if (f.number == field::marks_blanks) model.marks_blanks = f.value != 0;
    return true;
  });
}

/// The longest text that the table rewrites and that `text` begins with, and what it becomes; none: the
/// first character, as it is.
struct Rewritten {
  std::size_t length;
  std::string_view as;
};
Rewritten first_rewritten(std::string_view table, std::string_view text) {
  Rewritten found{0, {}};
  utf8::decode(text, found.length);
  found.as = text.substr(0, found.length);
  if (table.empty()) return found;
  const std::string_view units = table.substr(4, unit_at(table, 0)), texts = table.substr(4 + units.size());
  const auto children = [&](std::size_t unit) {
    const std::size_t bits = unit_at(units, unit);
    return unit ^ (bits >> 10 << ((bits & 1u << 9) >> 6));
  };
  std::size_t node = children(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    node ^= byte;
    const std::uint32_t unit = unit_at(units, node);
    if ((unit & 0x800000FF) != byte) break;
    node = children(node);
    if ((unit >> 8 & 1) != 0)
      found = {i + 1, texts.substr(unit_at(units, node) & 0x7FFFFFFF).data()};  // up to its NUL
  }
  return found;
}

}  // namespace

bool has_sound_tables(std::string_view model) {
  return all_of_fields(model, [&](const Field& part) {
    return part.number != field::normalizer || all_of_fields(part.bytes, [](const Field& f) {
             return f.number != field::table || is_sound_table(f.bytes);
           });
  });
}

std::vector<std::int64_t> packed_model(std::string_view bytes) {
  std::vector<std::uint64_t> words(1 + (bytes.size() + 7) / 8);
  words[0] = bytes.size();
  for (std::size_t i = 0; i < bytes.size(); ++i)
    words[1 + i / 8] |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * (i % 8));
  return {words.begin(), words.end()};
}

std::string unpacked_model(std::span<const std::int64_t> words) {
  const auto bytes = words.empty() ? -1 : words.front();
  if (bytes < 0 || bytes > 8 * (std::ssize(words) - 1)) throw usage_error("its state \"model\" is cut short");
  std::string result(static_cast<std::size_t>(bytes), '\0');
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<char>(static_cast<std::uint64_t>(words[1 + i / 8]) >> (8 * (i % 8)));
  return result;
}

SentencePieceModel SentencePieceModel::of(std::string_view bytes) {
  SentencePieceModel model;
  const bool is_model = has_sound_tables(bytes) && all_of_fields(bytes, [&](const Field& part) {
                          if (part.number == field::pieces) return take_piece(part.bytes, model);
                          if (part.number == field::trainer) return take_trainer(part.bytes, model);
                          return part.number != field::normalizer || take_normalizer(part.bytes, model);
                        });
  if (!is_model || model.pieces.empty()) throw usage_error("no SentencePiece model");
  return model;
}

std::string SentencePieceModel::normal_form(std::string_view text) const {
  if (text.empty()) return "";
  const std::string_view blank = marks_blanks ? "\xE2\x96\x81" : " ";
  std::string result(adds_blank ? blank : "");
  bool is_after_blank = joins_blanks;
  while (!text.empty()) {
    auto [length, as] = first_rewritten(table, text);
    text.remove_prefix(length);
    while (is_after_blank && as.starts_with(' ')) as.remove_prefix(1);
    if (as.empty()) continue;
    is_after_blank = joins_blanks && as.ends_with(' ');
    for (const char c : as)
      if (c == ' ')
        result += blank;
      else
        result += c;
  }
  while (joins_blanks && result.ends_with(blank)) result.resize(result.size() - blank.size());
  if (utf8::find_invalid(result) != std::string::npos)
    throw failure("the SentencePiece model makes of a text what is not UTF-8");
  return result;
}

}  // namespace orochi
