#include "data/tokenizers/unicode.hpp"

#include <algorithm>

#include "core/utf8.hpp"

namespace orochi::unicode {
namespace {

/// Below U+0300 every text is composed: there are no marks.
bool may_have_marks(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xCC; });
}

}  // namespace

std::string composed(std::string_view text) {
  return may_have_marks(text) ? in_form(text, "NFC") : std::string(text);
}

std::string decomposed(std::string_view text) {
  return is_ascii(text) ? std::string(text) : in_form(text, "NFD");
}

void normalize(std::string_view text, bool lowercase, std::string& result) {
  if (!lowercase) {
    result = composed(text);
    return;
  }
  std::string whole;
  if (may_have_marks(text)) text = whole = composed(text);
  result.clear();
  for (std::size_t at = 0; at < text.size();) utf8::append(result, to_lower(utf8::decode(text, at)));
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string lowered(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = utf8::decode(text, at);
    if (c == 0x130)
      result += "i\xCC\x87";  // the one letter whose small form is two
    else
      utf8::append(result, to_lower(c));
  }
  return result;
}

void skip_marks(std::string_view text, std::size_t& at) {
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_mark(utf8::decode(text, next))) return;
    at = next;
  }
}

}  // namespace orochi::unicode
