#include "data/label_form.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <utf8proc.h>

#include <orochi/targets.hpp>

#include "core/utf8.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {

namespace {

/// Letters of other alphabets that look as Latin ones do, and full-width forms of ASCII.
char32_t look_of(char32_t code_point) {
  constexpr std::u32string_view others =
      U"\u0430\u0435\u043E\u0440\u0441\u0443\u0445\u0456\u0458\u0455"
      U"\u0410\u0412\u0415\u041A\u041C\u041D\u041E\u0420\u0421\u0422\u0423\u0425\u0406\u0408\u0405"
      U"\u0391\u0392\u0395\u0396\u0397\u0399\u039A\u039C\u039D\u039F\u03A1\u03A4\u03A5\u03A7\u03BF";
  constexpr std::u32string_view latin = U"aeopcyxijsABEKMHOPCTYXIJSABEZHIKMNOPTYXo";
  static_assert(others.size() == latin.size());
  if (const std::size_t at = others.find(code_point); at != others.npos) return latin[at];
  constexpr char32_t first = 0xFF01, last = 0xFF5E, to_ascii = 0xFEE0;
  return code_point >= first && code_point <= last ? code_point - to_ascii : code_point;
}

/// "1.0" as "1"
std::string_view without_zero_fraction(std::string_view label) {
  const std::size_t point = label.find('.');
  const auto is_of = [](std::string_view text, std::string_view letters) {
    return !text.empty() && text.find_first_not_of(letters) == text.npos;
  };
  if (point == label.npos || !is_of(label.substr(point + 1), "0")) return label;
  const std::string_view whole = label.substr(0, point);
  return is_of(whole.substr(whole.starts_with('-') ? 1 : 0), "0123456789") ? whole : label;
}

}  // namespace

bool is_invisible(char32_t code_point) {
  return utf8::is_space(code_point) ||
         utf8proc_category(static_cast<utf8proc_int32_t>(code_point)) == UTF8PROC_CATEGORY_CF;
}

std::string visible_form(std::string_view label) {
  const std::string composed = unicode::composed(label);
  std::string visible;
  for (std::size_t at = 0; at < composed.size();) {
    const char32_t code_point = utf8::decode(composed, at);
    if (utf8::is_space(code_point))
      visible += visible.empty() || visible.back() == ' ' ? "" : " ";
    else if (!is_invisible(code_point))
      utf8::append(visible, look_of(code_point));
  }
  if (visible.ends_with(' ')) visible.pop_back();
  return std::string(without_zero_fraction(visible));
}

bool marks_missing(std::string_view label) {
  constexpr std::array<std::string_view, 5> marks{"?", "<NA>", "#N/A", "NaN", "nan"};
  return std::ranges::find(marks, label) != marks.end();
}

std::vector<std::string_view> labels_in(std::string_view target, char separator) {
  if (separator == '\0') return {target};
  return split_list(target, separator);
}

std::string quote_code_points(std::string_view label) {
  std::string result = "\"";
  while (!label.empty()) {
    const utf8::Piece piece = utf8::take(label);
    if (piece.is_valid && piece.code_point >= 0x20 && piece.code_point < 0x7F)
      result += piece.bytes;
    else
      result += piece.is_valid ? fmt::format("\\u{{{:04x}}}", static_cast<unsigned>(piece.code_point))
                               : fmt::format("\\x{:02x}", static_cast<unsigned char>(piece.bytes.front()));
  }
  return result + "\"";
}

}  // namespace orochi
