// bpe and unigram: what they learn, the same on every run; nothing unknown; what a checkpoint and a model
// file keep.
#include <array>
#include <cstdlib>
#include <random>

#include <orochi/dataset.hpp>

#include "../temp_folder.hpp"
#include "captured_stderr.hpp"
#include "catch.hpp"
#include "core/utf8.hpp"
#include "data/tokenizers/sentencepiece_model.hpp"
#include "data/tokenizers/tokenizers.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;
using orochi::testing::message_of;
using orochi::testing::TempFolder;

namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

/// Words of three stems and four endings.
std::vector<std::string> lines() {
  const Words stems{"play", "walk", "jump"}, endings{"ing", "ed", "er", "s"};
  std::vector<std::string> texts;
  for (const std::string& stem : stems)
    for (const std::string& ending : endings)
      for (const std::string& other : stems) texts.push_back("She " + stem + ending + " " + other);
  return texts;
}

std::unique_ptr<Tokenizer> fitted(const std::string& type, std::int64_t vocab_size,
                                  const std::vector<std::string>& texts, bool lowercase = true) {
  auto tokenizer = make_tokenizer(type, {{"vocab_size", vocab_size}, {"lowercase", lowercase}});
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  tokenizer->fit(views, 10);
  return tokenizer;
}

std::string fit_error(const std::string& type, std::int64_t vocab_size,
                      const std::vector<std::string>& texts) {
  return message_of([&] { fitted(type, vocab_size, texts); });
}

/// What pieces spell, bytes put together.
std::string spelled(const Tokenizer& tokenizer, std::string_view text) {
  std::string result;
  for (const std::string& piece : tokenizer.pieces(text))
    result += piece.size() == 6 && piece.starts_with("<0x")
                  ? std::string(1, static_cast<char>(std::stoi(piece.substr(3, 2), nullptr, 16)))
                  : piece;
  return result;
}

const std::string blank = "\xE2\x96\x81";  // SentencePiece's

std::string bytes_of(const State& state) {
  const std::vector<std::int64_t>& words = state.integers("model");
  std::string bytes;
  for (std::size_t i = 0; i < static_cast<std::size_t>(words[0]); ++i)
    bytes += static_cast<char>(static_cast<std::uint64_t>(words[1 + i / 8]) >> (8 * (i % 8)));
  return bytes;
}

/// A field of protobuf's that holds bytes.
std::string field(char tag, const std::string& bytes) {
  const auto size = bytes.size();
  return std::string{tag, static_cast<char>((size & 0x7F) | 0x80), static_cast<char>(size >> 7)} + bytes;
}

/// A model of nothing but a table of 256 units, of which one is `unit`, and two texts.
std::string model_with(std::size_t at, std::uint32_t unit) {
  std::string units(1024, '\0');
  for (std::size_t k = 0; k < 4; ++k) units[4 * at + k] = static_cast<char>(unit >> (8 * k));
  return field(0x1A, field(0x12, std::string("\0\4\0\0", 4) + units + std::string("a\0", 2)));
}

}  // namespace

TEST_CASE("subwords are learned from the texts, the same on every run", "[tokenizer]") {
  for (const char* type : {"bpe", "unigram"}) {
    INFO(type);
    const CapturedStderr written;
    const auto tokenizer = fitted(type, 300, lines());
    CHECK(written.text() == "");
    CHECK(state_of(*tokenizer) == state_of(*fitted(type, 300, lines())));
    CHECK(tokenizer->vocabulary_size() <= 300);
    CHECK(tokenizer->token(0) == unknown_token);
    CHECK(tokenizer->unknown() == 0);
    Ids known, rare;
    CHECK(tokenizer->encode("She walked", 100, known) < 8);  // of 10 characters
    const Index length = tokenizer->encode("Книга 書 🐉 \xEF\xBF\xBD", 100, rare);
    CHECK(length == std::ssize(rare));
    CHECK(std::count(rare.begin(), rare.end(), 0) == 0);
    CHECK(spelled(*tokenizer, "Qué 🐉") == blank + "qué" + blank + "🐉");
    CHECK(spelled(*fitted(type, 300, lines(), false), "Qué") == blank + "Qué");
    Ids cut{7};
    CHECK(tokenizer->encode("Книга 書", 2, cut) > 2);
    CHECK(cut.size() == 3);
    Words tokens;
    for (const std::int32_t id : rare) tokens.push_back(tokenizer->token(id));
    CHECK(tokens == tokenizer->pieces("Книга 書 🐉 \xEF\xBF\xBD"));
  }
}

TEST_CASE("byte-pair encoding merges the pair that is most frequent", "[tokenizer]") {
  // "ab" is there 9 times, "cd" 8, others 4 at most; 10 characters, the blank among them.
  const std::vector<std::string> texts{"xab xab xab yab yab yab zab zab zab",
                                       "pcd pcd pcd pcd qcd qcd qcd qcd"};
  const auto one = fitted("bpe", 257 + 10 + 1, texts), two = fitted("bpe", 257 + 10 + 2, texts);
  CHECK(one->vocabulary_size() == 257 + 10 + 1);
  CHECK(one->pieces("xab qcd") == Words{blank, "x", "ab", blank, "q", "c", "d"});
  CHECK(two->pieces("xab qcd") == Words{blank, "x", "ab", blank, "q", "cd"});
}

TEST_CASE("subwords come back from what a checkpoint keeps", "[tokenizer]") {
  for (const char* type : {"bpe", "unigram"}) {
    const auto tokenizer = fitted(type, 280, lines());
    const auto loaded = make_tokenizer(type);
    loaded->load(state_of(*tokenizer));
    CHECK(vocabulary_of(*loaded) == vocabulary_of(*tokenizer));
    CHECK(state_of(*loaded) == state_of(*tokenizer));
    Ids before, after;
    CHECK(tokenizer->encode("Jumpers, é", 100, before) == loaded->encode("Jumpers, é", 100, after));
    CHECK(before == after);
    State state = state_of(*tokenizer);
    std::vector<std::int64_t> model = state.integers("model");
    model.resize(model.size() / 2);
    state.set("model", model);
    CHECK(message_of([&] { loaded->load(state); }) == "its state \"model\" is cut short");
    state.set("model", std::vector<std::int64_t>{3, 0x616161});
    CHECK(message_of([&] { loaded->load(state); }) == "no SentencePiece model");
    state.set("model", std::vector<std::int64_t>{0});
    CHECK(message_of([&] { loaded->load(state); }) == "no SentencePiece model");
  }
}

TEST_CASE("the reader of pages gives the library's ids", "[tokenizer]") {
  std::mt19937 random(1);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const std::array<std::pair<char32_t, std::uint32_t>, 8> ranges{{{'a', 26},
                                                                  {'A', 26},
                                                                  {0x20, 0x5F},
                                                                  {1, 0x1F},
                                                                  {0xA0, 0x500},
                                                                  {0x2000, 0x700},
                                                                  {0x3000, 0x5000},
                                                                  {0xF900, 0x700}}};
  std::vector<std::string> texts{"", " ", "  She  walked\t", "jumping" + blank, "<0x41> <unk>", "\u00ad"};
  for (int i = 0; i < 400; ++i) {
    std::string& text = texts.emplace_back();
    for (std::uint32_t n = 1 + below(30); n-- > 0;) {
      const auto& [first, count] = ranges[std::min<std::uint32_t>(below(12), 7) * (i % 2)];
      utf8::append(text, below(5) == 0 ? U' ' : first + below(count));
    }
    text += " " + lines()[below(36)];
  }
  for (const char* type : {"bpe", "unigram"})
    for (const bool lowercase : {true, false}) {
      INFO(type << lowercase);
      const auto library = fitted(type, 2000, texts, lowercase), reader = page_tokenizers().make({type, {}});
      reader->load(state_of(*library));
      CHECK(vocabulary_of(*reader) == vocabulary_of(*library));
      CHECK(reader->unknown() == library->unknown());
      for (const std::string& text : texts) {
        INFO(text);
        Ids expected, found;
        CHECK(library->encode(text, 20, expected) == reader->encode(text, 20, found));
        CHECK(found == expected);
      }
    }
}

TEST_CASE("texts that SentencePiece cannot learn from are errors, not the program's end", "[tokenizer]") {
  for (const char* type : {"bpe", "unigram"}) {
    INFO(type);
    CHECK(fit_error(type, 300, {}) == "there is no text to learn a vocabulary from");
    CHECK(fit_error(type, 300, {"", ""}) == "there is no text to learn a vocabulary from");
    for (const char* nothing : {" ", "\xE2\x96\x81", "\xE2\x80\x8B \t"})
      CHECK(fit_error(type, 300, {nothing}) ==
            "the texts have no letters, marks or digits to learn a vocabulary from");
    // the blank is a character, too
    CHECK(fit_error(type, 260, {"abcd abcd"}) ==
          "vocab_size = 260 has no room for the texts' 5 characters; raise it to 262 or more");
    CHECK(fit_error(type, 262, {"abcd abcd"}) == "no error");
    CHECK(fit_error(type, 8000, {"a"}) == "no error");
  }
}

TEST_CASE("of texts of more than 5 MB every second teaches", "[tokenizer]") {
  std::string first, second;
  while (first.size() < 10'000) first += "ab cd ", second += "wx yz ";
  for (const std::size_t texts : {480, 600}) {  // 4.8 and 6 MB
    std::vector<std::string> all;
    for (std::size_t i = 0; i < texts; ++i) all.push_back(i % 2 == 0 ? first : second);
    const auto tokenizer = fitted("bpe", 280, all);
    CHECK(tokenizer->pieces("cd").size() == 1);
    CHECK((tokenizer->pieces("yz").size() == 1) == (texts == 480));
  }
}

TEST_CASE("a SentencePiece model can be read in place of learning one", "[tokenizer]") {
  const TempFolder folder;
  const auto learned = fitted("unigram", 280, lines());
  folder.write("own.model", bytes_of(state_of(*learned)));
  folder.write("train.tsv", "a\tShe walked\nb\tHe jumps\n");
  DataConfig config;
  config.train = "train.tsv";
  config.validation_fraction = 0;
  config.tokenizer = {"unigram", {{"model", "own.model"}}};
  const auto load = [&] {
    return load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
  };
  const LoadedData data = load();
  CHECK(state_of(*data.preprocessing.tokenizer) == state_of(*learned));
  Ids ids;
  learned->encode("She walked", 100, ids);
  learned->encode("He jumps", 100, ids);
  CHECK(data.train.tokens == ids);
  folder.write("own.model", "no model");
  CHECK_THAT(message_of(load),
             Contains("data.tokenizer.model: ") && Contains("own.model: no SentencePiece model"));
  config.tokenizer.options["model"] = "none.model";
  CHECK_THAT(message_of(load), Contains("none.model: no such file; paths in a config are relative to"));
}

TEST_CASE("a model whose tables lead outside of themselves is none", "[tokenizer]") {
  for (const bool lowercase : {true, false})
    CHECK(has_sound_tables(bytes_of(state_of(*fitted("bpe", 300, lines(), lowercase)))));
  CHECK(has_sound_tables(""));
  CHECK(has_sound_tables(model_with(0, 0)));
  CHECK(has_sound_tables(model_with(7, 255u << 10)));
  CHECK_FALSE(has_sound_tables(model_with(7, 256u << 10)));  // of 256 units
  CHECK_FALSE(has_sound_tables(model_with(7, 1u << 10 | 1u << 9)));
  CHECK(has_sound_tables(model_with(7, 256u << 10 | 1u << 31)));  // a value, which nothing follows
  CHECK(has_sound_tables(model_with(7, 1u << 10 | 1u << 8)));     // its value is unit 6
  CHECK_FALSE(
      has_sound_tables(model_with(7, 1u << 8 | 2)));  // its value, which is itself, is behind both texts
  const std::string whole = model_with(0, 0);
  CHECK_FALSE(has_sound_tables(whole.substr(0, whole.size() - 1)));
  CHECK_FALSE(has_sound_tables("\x1B"));
}

TEST_CASE("a model with flipped bits is refused, or gives ids of its own", "[tokenizer]") {
  const std::string good = bytes_of(state_of(*fitted("unigram", 300, lines())));
  const TempFolder folder;
  int refused = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    std::string model = good;
    model[i % 2 == 0 ? i * 31 % 5000 : i * 104729 % model.size()] ^= static_cast<char>(1 << i % 7);
    auto tokenizer = make_tokenizer("unigram", {{"model", folder.write("flipped.model", model)}});
    try {
      tokenizer->fit({}, 10);
    } catch (const Error& error) {
      ++refused;
      continue;
    }
    Ids ids;
    tokenizer->encode("She ｗalks, é ② ﷺ 書", 100, ids);
    CHECK(std::all_of(ids.begin(), ids.end(),
                      [&](std::int32_t id) { return id >= 0 && id < tokenizer->vocabulary_size(); }));
    Ids read;
    const auto reader = page_tokenizers().make({"unigram", {}});
    try {
      reader->load(state_of(*tokenizer));
      reader->encode("She ｗalks, é ② ﷺ 書", 100, read);
    } catch (const Error&) {
      read.clear();
    }
    CHECK(std::all_of(read.begin(), read.end(),
                      [&](std::int32_t id) { return id >= 0 && id < reader->vocabulary_size(); }));
  }
  CHECK(refused > 20);
  CHECK(refused < 180);
}
