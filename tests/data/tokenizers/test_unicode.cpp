// Letters of every script: case, normal form, which marks are tokens and which belong to a letter.
#include <cctype>

#include "catch.hpp"
#include "core/utf8.hpp"
#include "data/tokenizers/unicode.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using namespace orochi::test;

namespace {

using Words = std::vector<std::string>;

std::string lower(std::string_view text) {
  std::string lowered = "left over";
  unicode::normalize(text, true, lowered);
  return lowered;
}

Words split(const std::string& tokenizer, std::string_view text) {
  return make_tokenizer(tokenizer, {{"lowercase", false}})->pieces(text);
}

}  // namespace

TEST_CASE("lower case of every alphabet, whatever the locale", "[tokenizer]") {
  CHECK(lower("Splice AZ az 09 @[`{") == "splice az az 09 @[`{");
  CHECK(lower("ÀÖØÞ×ß") == "àöøþ×ß");
  CHECK(lower("ĀŁŽŸ") == "āłžÿ");
  CHECK(lower("İ I\xCC\x87") == "i i");
  CHECK(lower("ΑΣΏΈς") == "ασώές");
  CHECK(lower("ДЁЯҐ") == "дёяґ");
  CHECK(lower("ԱՖ") == "աֆ");
  CHECK(lower("ẠẞƠƯ") == "ạßơư");
  CHECK(lower("ƁƆƊƐƘƳ") == "ɓɔɗɛƙƴ");
  CHECK(lower("Ａｚ") == "ａｚ");
  CHECK(lower("ᲐႠꭰ") == "აⴀꭰ");
  CHECK(lower("日本語🐉") == "日本語🐉");
}

TEST_CASE("letters and their marks are one, however they were written", "[tokenizer]") {
  CHECK(unicode::composed("e\xCC\x81") == "é");
  CHECK(unicode::composed("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB") == "한");
  CHECK(unicode::composed("\xE2\x84\xAB") == "Å");  // the sign of the unit
  CHECK(unicode::composed("ﬁ ①") == "ﬁ ①");         // canonical: what looks different stays
  CHECK(unicode::decomposed("é") == "e\xCC\x81");
  CHECK(lower("E\xCC\x81") == "é");
  for (const char* tokenizer : {"word", "char", "whitespace", "kmers"})
    CHECK(split(tokenizer, "caf\xC3\xA9") == split(tokenizer, "cafe\xCC\x81"));
}

TEST_CASE("marks and symbols of every script are words of their own", "[tokenizer]") {
  CHECK(split("word", "كتاب، قلم؟") == Words{"كتاب", "،", "قلم", "؟"});
  CHECK(split("word", "नमस्ते।") == Words{"नमस्ते", "।"});  // with its vowel signs
  CHECK(split("word", "你好，世界。") == Words{"你好", "，", "世界", "。"});
  CHECK(split("word", "Բարեւ՛ ձեզ։") == Words{"Բարեւ", "՛", "ձեզ", "։"});
  CHECK(split("word", "ሰላም፡ዓለም።") == Words{"ሰላም", "፡", "ዓለም", "።"});
  CHECK(split("word", "שלום־עולם") == Words{"שלום", "־", "עולם"});
  CHECK(split("word", "3×4 ₹5 a→b") == Words{"3", "×", "4", "₹", "5", "a", "→", "b"});
  CHECK(split("word", "so🐉❤\xEF\xB8\x8F!") == Words{"so", "🐉", "❤\xEF\xB8\x8F", "!"});
  CHECK(split("word", "q\xCC\x83r") == Words{"q\xCC\x83r"});  // no composed letter
}

TEST_CASE("a character is a letter with its marks", "[tokenizer]") {
  CHECK(split("char", "q\xCC\x83\xCC\xA3r") == Words{"q\xCC\xA3\xCC\x83", "r"});  // in their order
  CHECK(split("char", "नमस्ते") == Words{"न", "म", "स्", "ते"});
  CHECK(split("char", "กำ ที่") == Words{"ก", "ำ", " ", "ที่"});
  CHECK(split("char",
              "\xCC\x81"
              "a") == Words{"\xCC\x81", "a"});  // a mark of nothing
}

TEST_CASE("texts of ASCII are cut as they always were", "[tokenizer]") {
  for (char c = 1; c < 127; ++c) {
    const std::string text = std::string("a") + c + "b";
    CHECK(split("char", text) == Words{"a", std::string(1, c), "b"});
    if (std::isspace(c) != 0)
      CHECK(split("word", text) == Words{"a", "b"});
    else if (std::ispunct(c) != 0)
      CHECK(split("word", text) == Words{"a", std::string(1, c), "b"});
    else
      CHECK(split("word", text) == Words{text});
  }
}

TEST_CASE("width is what a terminal shows", "[unicode]") {
  CHECK(unicode::width("") == 0);
  CHECK(unicode::width("abc") == 3);
  CHECK(unicode::width("ne\u0301e") == 3);                                   // an accent apart
  CHECK(unicode::width("\u6F22\u5B57") == 4);                                // two of the East
  CHECK(unicode::width("\u0915\u094D\u0937") <= 2);                          // a conjunct of Devanagari
  CHECK(unicode::width("\U0001F469\u200D\U0001F469\u200D\U0001F467") == 2);  // one family
}
