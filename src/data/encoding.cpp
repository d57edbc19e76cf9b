#include "data/encoding.hpp"

#include <algorithm>
#include <array>

#include "core/utf8.hpp"

namespace orochi {
namespace {

/// CP1252 from 0x80 to 0x9F, where it differs from Latin-1; 0: no character.
constexpr std::array<char32_t, 32> cp1252{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                          0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                          0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                          0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

/// 0: no character.
char32_t code_point(unsigned char byte, Encoding encoding) {
  if (encoding == Encoding::cp1252 && byte >= 0x80 && byte < 0xA0) return cp1252[byte - 0x80u];
  return byte;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

}  // namespace

std::size_t find_undefined(std::string_view text, Encoding encoding) {
  const auto found = std::find_if(text.begin(), text.end(), [&](char c) {
    return !is_ascii(c) && code_point(static_cast<unsigned char>(c), encoding) == 0;
  });
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

std::string to_utf8(std::string_view text, Encoding encoding) {
  constexpr char32_t replacement = 0xFFFD;
  std::string result;
  result.reserve(text.size() + text.size() / 16);
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_ascii) - text.begin());
    result += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char32_t found = code_point(static_cast<unsigned char>(text.front()), encoding);
    utf8::append(result, found == 0 ? replacement : found);
    text.remove_prefix(1);
  }
  return result;
}

}  // namespace orochi
