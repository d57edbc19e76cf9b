// What Unicode says of code points, by utf8proc. Of a page in a browser:
// cli/report/browser/unicode_database.cpp.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include <utf8proc.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi::unicode {
namespace {

utf8proc_category_t category_of(char32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
}

bool is_between(char32_t code_point, utf8proc_category_t first, utf8proc_category_t last) {
  const utf8proc_category_t category = category_of(code_point);
  return first <= category && category <= last;
}

}  // namespace

std::string in_form(std::string_view text, std::string_view form) {
  const int order = form.ends_with('C') ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
  const int option = UTF8PROC_STABLE | order | (form.size() == 4 ? UTF8PROC_COMPAT : 0);
  utf8proc_uint8_t* result = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &result,
                                             static_cast<utf8proc_option_t>(option));
  if (size < 0) throw failure("a text could not be normalized: " + std::string(utf8proc_errmsg(size)));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(result, std::free);
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

char32_t to_lower(char32_t code_point) {
  if (code_point < 0x80) return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point)));
}

bool is_punctuation(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO); }
bool is_symbol(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_SM, UTF8PROC_CATEGORY_SO); }
bool is_letter(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LO); }
bool is_number(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO); }
bool is_mark(char32_t c) { return is_between(c, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME); }
bool is_nonspacing_mark(char32_t c) { return category_of(c) == UTF8PROC_CATEGORY_MN; }
bool is_control(char32_t c) {
  const utf8proc_category_t category = category_of(c);
  return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
         category == UTF8PROC_CATEGORY_CO;
}

std::size_t width(std::string_view text) {
  std::size_t sum = 0, own = 0;  // own: of the grapheme cluster at hand
  utf8proc_int32_t before = 0, state = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto now = static_cast<utf8proc_int32_t>(utf8::decode(text, at));
    if (utf8proc_grapheme_break_stateful(before, now, &state)) sum += std::exchange(own, 0);
    own = std::max(own, static_cast<std::size_t>(std::max(utf8proc_charwidth(now), 0)));
    before = now;
  }
  return sum + own;
}

}  // namespace orochi::unicode
