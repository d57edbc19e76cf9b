// Labels as people see them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace orochi {

/// The label composed (Unicode's NFC), without what cannot be seen, each white space as one blank, letters
/// that look as Latin ones as these, 1.0 as 1: two labels with the same form are meant alike. The label must
/// be valid UTF-8.
std::string visible_form(std::string_view label);

/// Whether it is what programs alone write where there is no label, such as "NaN": "None" may be a class.
bool marks_missing(std::string_view label);

/// Whether nobody sees it: white space, or what Unicode has for formats alone, such as a zero-width space.
bool is_invisible(char32_t code_point);

/// What may be between the labels of one target, by task.separator.
struct LabelSeparator {
  const char* name;
  char character;
};
inline constexpr std::array<LabelSeparator, 4> label_separators{
    {{"comma", ','}, {"semicolon", ';'}, {"bar", '|'}, {"blank", ' '}}};

/// The labels of one target; `separator` '\0': it is one.
std::vector<std::string_view> labels_in(std::string_view target, char separator);

/// Whether so few different values in so many records are likely labels, which come again.
inline bool come_again(std::size_t different, std::size_t records) {
  constexpr std::size_t fewest_each = 4;  // on average
  return different * fewest_each <= records;
}

/// In double quotes, every code point beyond ASCII as \u{NNNN}.
std::string quote_code_points(std::string_view label);

}  // namespace orochi
