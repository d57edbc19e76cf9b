#include "data/tokenizer.hpp"

#include <orochi/error.hpp>

#include "catch.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;

using Words = std::vector<std::string>;

Words split(const std::string& tokenizer, bool lowercase, std::string_view text) {
  DataConfig config;
  config.tokenizer = tokenizer;
  config.lowercase = lowercase;
  Tokenizer cutter(config);
  const auto tokens = cutter.split(text);
  return {tokens.begin(), tokens.end()};
}

Words vocabulary(Index min_count, Index vocab_size) {
  DataConfig config;
  config.min_count = min_count;
  config.vocab_size = vocab_size;
  const std::vector<std::string_view> texts{"b a c", "B a. d", "b e"};
  return make_vocabulary(config, texts);
}

}  // namespace

TEST_CASE("the word tokenizer splits at white space and makes each mark a token", "[tokenizer]") {
  CHECK(split("word", false, "Don't stop, (now)...") ==
        Words{"Don", "'", "t", "stop", ",", "(", "now", ")", ".", ".", "."});
  CHECK(split("word", true, "  Größe\t10%\xC2\xA0„JA“ ") == Words{"größe", "10", "%", "„", "ja", "“"});
  CHECK(split("word", true, "<unk>") == Words{"<", "unk", ">"});
  CHECK(split("word", true, " \t").empty());
}

TEST_CASE("the char tokenizer makes each code point a token", "[tokenizer]") {
  CHECK(split("char", true, "Aé 🐉") == Words{"a", "é", " ", "🐉"});
  CHECK(split("char", false, "ACA") == Words{"A", "C", "A"});
}

TEST_CASE("an unknown tokenizer is an error", "[tokenizer]") {
  CHECK(testing::message_of([] { split("bpe", true, "x"); }) ==
        "data.tokenizer is \"bpe\"; allowed are word, char");
}

TEST_CASE("the vocabulary goes by frequency, then by bytes, after the unknown token", "[tokenizer]") {
  CHECK(vocabulary(1, 100) == Words{"<unk>", "b", "a", ".", "c", "d", "e"});
  CHECK(vocabulary(2, 100) == Words{"<unk>", "b", "a"});
  CHECK(vocabulary(1, 4) == Words{"<unk>", "b", "a", "."});
  CHECK(vocabulary(1, 1) == Words{"<unk>"});
}

TEST_CASE("tokens of more than 256 bytes stay unknown", "[tokenizer]") {
  const std::string longest(256, 'a'), too_long(257, 'b');
  const std::vector<std::string_view> texts{too_long, too_long, longest};
  CHECK(make_vocabulary({}, texts) == Words{"<unk>", longest});
}
