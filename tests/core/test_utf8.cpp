#include <string>
#include <vector>

#include "catch.hpp"
#include "core/utf8.hpp"

namespace {

using namespace orochi;

}  // namespace

TEST_CASE("every code point survives encoding and decoding", "[utf8]") {
  for (char32_t code_point = 1; code_point <= 0x10FFFF; ++code_point) {
    if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
    std::string text;
    utf8::append(text, code_point);
    std::size_t position = 0;
    const bool same = utf8::find_invalid(text) == std::string::npos &&
                      utf8::decode(text, position) == code_point && position == text.size();
    if (!same) FAIL("code point " << static_cast<std::uint32_t>(code_point));
  }
}

TEST_CASE("find_invalid names the first bad byte", "[utf8]") {
  CHECK(utf8::find_invalid("") == std::string::npos);
  CHECK(utf8::find_invalid("ab\xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\x89") == std::string::npos);
  CHECK(utf8::find_invalid("abc\x80") == 3);           // a continuation without a lead
  CHECK(utf8::find_invalid("a\xC3") == 1);             // ends too early
  CHECK(utf8::find_invalid("a\xE2\x82z") == 1);        // broken in the third byte
  CHECK(utf8::find_invalid("\xC0\xAF") == 0);          // overlong in two bytes
  CHECK(utf8::find_invalid("\xE0\x9F\xBF") == 0);      // overlong in three
  CHECK(utf8::find_invalid("\xF0\x8F\xBF\xBF") == 0);  // overlong in four
  CHECK(utf8::find_invalid("x\xED\xA0\x80") == 1);     // a surrogate
  CHECK(utf8::find_invalid("\xF4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(utf8::find_invalid("\xFF") == 0);
}

TEST_CASE("white space", "[utf8]") {
  for (const char32_t c : {U' ', U'\t', U'\u00A0', U'\u2003', U'\u3000'}) CHECK(utf8::is_space(c));
  for (const char32_t c : {U'a', U'\u200B', U'.'}) CHECK_FALSE(utf8::is_space(c));
  CHECK(utf8::is_blank(""));
  CHECK(utf8::is_blank(" \t\xC2\xA0"));
  CHECK_FALSE(utf8::is_blank(" x"));
}

TEST_CASE("a text that need not be valid is taken apart", "[utf8]") {
  std::string_view text = "a\xC3\xA4\xE2\x82\xED\xA0\x80\xF0\x9F\x98\x80";
  std::vector<std::string> valid, invalid;
  std::vector<char32_t> code_points;
  while (!text.empty()) {
    const utf8::Piece piece = utf8::take(text);
    (piece.is_valid ? valid : invalid).emplace_back(piece.bytes);
    if (piece.is_valid) code_points.push_back(piece.code_point);
  }
  CHECK(valid == std::vector<std::string>{"a", "\xC3\xA4", "\xF0\x9F\x98\x80"});
  CHECK(code_points == std::vector<char32_t>{'a', 0xE4, 0x1F600});
  CHECK(invalid == std::vector<std::string>{"\xE2", "\x82", "\xED", "\xA0", "\x80"});
  CHECK(utf8::count("a\xC3\xA4\xF0\x9F\x98\x80") == 3);
}
