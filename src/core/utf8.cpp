#include "core/utf8.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace orochi::utf8 {
namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array spaces{Range{0x09, 0x0D},     Range{0x20, 0x20},     Range{0x85, 0x85},
                            Range{0xA0, 0xA0},     Range{0x1680, 0x1680}, Range{0x2000, 0x200A},
                            Range{0x2028, 0x2029}, Range{0x202F, 0x202F}, Range{0x205F, 0x205F},
                            Range{0x3000, 0x3000}};

template <std::size_t Size>
bool contains(const std::array<Range, Size>& ranges, char32_t code_point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [=](const Range& r) { return r.first <= code_point && code_point <= r.last; });
}

char32_t byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

bool is_between(char32_t value, char32_t first, char32_t last) { return first <= value && value <= last; }

/// Length in bytes of the valid sequence at `at`, 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const char32_t lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  if (!is_between(lead, 0xC2, 0xF4)) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() - at < length) return 0;
  // The second byte's range is what shuts out overlong forms, surrogates and code points above U+10FFFF.
  const char32_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const char32_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!is_between(byte_at(text, at + 1), low, high)) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if (!is_between(byte_at(text, at + k), 0x80, 0xBF)) return 0;
  }
  return length;
}

}  // namespace

std::size_t find_invalid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

char32_t decode(std::string_view text, std::size_t& position) {
  const char32_t lead = byte_at(text, position++);
  if (lead < 0x80) return lead;
  const int continuation = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code_point = lead & (0x3Fu >> continuation);
  for (int k = 0; k < continuation; ++k) code_point = (code_point << 6) | (byte_at(text, position++) & 0x3Fu);
  return code_point;
}

Piece take(std::string_view& text) {
  const std::size_t length = sequence_length(text, 0);
  Piece piece{text.substr(0, std::max<std::size_t>(length, 1)), 0, length > 0};
  std::size_t at = 0;
  if (piece.is_valid) piece.code_point = decode(text, at);
  text.remove_prefix(piece.bytes.size());
  return piece;
}

std::size_t count(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), continues));
}

void append(std::string& text, char32_t code_point) {
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
    return;
  }
  const int continuation = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  const char32_t mark = continuation == 1 ? 0xC0 : continuation == 2 ? 0xE0 : 0xF0;
  text += static_cast<char>(mark | (code_point >> (6 * continuation)));
  for (int k = continuation - 1; k >= 0; --k) {
    text += static_cast<char>(0x80u | ((code_point >> (6 * k)) & 0x3Fu));
  }
}

bool is_space(char32_t code_point) { return contains(spaces, code_point); }

bool is_active(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

std::string escape(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const Piece piece = take(text);
    if (piece.is_valid && !is_active(piece.code_point))
      result += piece.bytes;
    else if (piece.bytes.size() == 1)
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(piece.bytes.front()));
    else
      result += fmt::format("\\u{{{:04x}}}", static_cast<unsigned>(piece.code_point));
  }
  return result;
}

bool is_blank(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_space(decode(text, at))) return false;
  }
  return true;
}

}  // namespace orochi::utf8
