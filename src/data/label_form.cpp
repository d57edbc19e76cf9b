#include "data/label_form.hpp"

#include <fmt/format.h>
#include <utf8proc.h>

#include "core/utf8.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {

bool is_invisible(char32_t code_point) {
  return utf8::is_space(code_point) ||
         utf8proc_category(static_cast<utf8proc_int32_t>(code_point)) == UTF8PROC_CATEGORY_CF;
}

std::string visible_form(std::string_view label) {
  std::string visible;
  for (std::size_t at = 0; at < label.size();) {
    const char32_t code_point = utf8::decode(label, at);
    if (utf8::is_space(code_point))
      visible += visible.empty() || visible.back() == ' ' ? "" : " ";
    else if (!is_invisible(code_point))
      utf8::append(visible, code_point);
  }
  if (visible.ends_with(' ')) visible.pop_back();
  return unicode::composed(visible);
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
