// What tokenizers and tables ask of Unicode: normal forms, case, classes and width of code points (by
// utf8proc, whatever the locale).
#pragma once

#include <string>
#include <string_view>

namespace orochi::unicode {

/// Letters and their marks as one code point where there is one (NFC), or apart (NFD). The text must be
/// valid.
std::string composed(std::string_view text);
std::string decomposed(std::string_view text);

/// In one of Unicode's normal forms: "NFC", "NFD", "NFKC" or "NFKD".
std::string in_form(std::string_view text, std::string_view form);

/// The text composed, and on wish in lower case, one code point to one; `result` is overwritten.
void normalize(std::string_view text, bool lowercase, std::string& result);

/// One to one: a capital I with a dot becomes a plain i.
char32_t to_lower(char32_t code_point);

/// All of a text, as the Unicode Standard has it: a capital I with a dot becomes two code points.
std::string lowered(std::string_view text);

bool is_ascii(std::string_view text);
bool is_punctuation(char32_t code_point);      // categories P*
bool is_symbol(char32_t code_point);           // S*: of money, of mathematics, emoji, lone accents
bool is_letter(char32_t code_point);           // L*
bool is_number(char32_t code_point);           // N*
bool is_mark(char32_t code_point);             // M*: it belongs to the character before it
bool is_nonspacing_mark(char32_t code_point);  // Mn
bool is_control(char32_t code_point);          // Cc, Cf, Co: of control, of format, of private use

/// Columns of a terminal: a character with its marks, or an emoji of several code points, counts once; those
/// of East Asian scripts are two wide.
std::size_t width(std::string_view text);

/// `at` behind the marks that follow there.
void skip_marks(std::string_view text, std::size_t& at);

}  // namespace orochi::unicode
