// UTF-8: validation, decoding, and the few classes of code points that tokenizers need.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace orochi::utf8 {

/// Position of the first byte that does not start a valid sequence (Unicode 15, table 3-7: no overlong forms,
/// no surrogates, nothing above U+10FFFF), or npos when the whole text is valid.
std::size_t find_invalid(std::string_view text);

/// The code point at `position`, which moves on to the next one. The text must be valid.
char32_t decode(std::string_view text, std::size_t& position);

/// Appends one code point, encoded.
void append(std::string& text, char32_t code_point);

/// Simple (one to one) lower case of the Latin, Greek, Cyrillic and Armenian alphabets and of full-width
/// letters; every other code point stays. By table, so that no locale changes what a model was trained on.
char32_t to_lower(char32_t code_point);

/// The whole text in lower case; `lowered` is overwritten. The text must be valid.
void to_lower(std::string_view text, std::string& lowered);

/// White space as Unicode has it (property White_Space).
bool is_space(char32_t code_point);

/// ASCII punctuation and symbols, Latin-1 marks, general punctuation, CJK and full-width marks.
bool is_punctuation(char32_t code_point);

/// Whether there is nothing but white space. The text must be valid.
bool is_blank(std::string_view text);

}  // namespace orochi::utf8
