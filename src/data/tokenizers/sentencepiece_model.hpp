// A SentencePiece model: the bytes of a protobuf message, read without the library.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orochi {

/// Whether the model's table of rewritten characters stays within its bounds. SentencePiece itself does not
/// look, and reads what lies behind.
bool has_sound_tables(std::string_view model);

/// A checkpoint keeps a model's bytes as integers, eight in each, after their number.
std::vector<std::int64_t> packed_model(std::string_view bytes);
std::string unpacked_model(std::span<const std::int64_t> words);

/// What a model cuts texts by.
struct SentencePieceModel {
  enum class Kind : std::uint64_t { unigram = 1, bpe = 2, word = 3, character = 4 };
  enum class Type : std::uint64_t { normal = 1, unknown, control, user_defined, unused, byte };
  struct Piece {
    std::string text;
    float score = 0;
    Type type = Type::normal;
  };

  /// A usage_error where the bytes are no model.
  static SentencePieceModel of(std::string_view bytes);

  /// The text as pieces are looked for in it: characters rewritten, blanks marked.
  std::string normal_form(std::string_view text) const;

  Kind kind = Kind::unigram;
  std::vector<Piece> pieces;  // [V]
  bool spells_bytes = false;  // what no piece has
  bool adds_blank = true, joins_blanks = true, marks_blanks = true;
  bool adds_blank_behind = false;  // in place of before; normal_form does not know it
  std::string table;               // of rewritten characters, sound; empty: none are
};

}  // namespace orochi
