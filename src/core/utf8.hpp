// UTF-8: validation, decoding, and the few classes of code points that readers and messages need.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orochi::utf8 {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Position of the first byte that does not start a valid sequence (Unicode 15, table 3-7: no overlong forms,
/// no surrogates, nothing above U+10FFFF), or npos when the whole text is valid.
std::size_t find_invalid(std::string_view text);

/// The code point at `position`, which moves on to the next one. The text must be valid.
char32_t decode(std::string_view text, std::size_t& position);

/// Takes the first code point off the text, which need not be valid: its bytes, or a byte that begins none.
struct Piece {
  std::string_view bytes;
  char32_t code_point = 0;
  bool is_valid = false;
};
Piece take(std::string_view& text);

/// Whether the byte is a later one of its code point.
inline bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// How many code points a valid text has.
std::size_t count(std::string_view text);

/// Appends one code point, encoded.
void append(std::string& text, char32_t code_point);

/// White space as Unicode has it (property White_Space).
bool is_space(char32_t code_point);

/// What a terminal or an editor would act upon: C0 and C1 controls, separators of lines and paragraphs, and
/// everything that Unicode gives to change direction.
bool is_active(char32_t code_point);

/// `text` as something that a terminal only shows: active code points and bytes that are not UTF-8 come out
/// as \xNN or \u{NNNN}. Labels, file names and vocabularies come from data, and data must not be able to move
/// the cursor.
std::string escape(std::string_view text);

/// Whether there is nothing but white space. The text must be valid.
bool is_blank(std::string_view text);

}  // namespace orochi::utf8
