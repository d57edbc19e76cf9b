// Tokenizers: where each cuts a text, what they learn and keep, and one that a stranger writes.
#include <thread>

#include <orochi/dataset.hpp>

#include "../examples/extensions/codons.cpp"
#include "catch.hpp"
#include "data/input_encoder.hpp"
#include "temp_folder.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using namespace orochi::test;
using orochi::testing::message_of;

namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

Words split(const std::string& tokenizer, bool lowercase, std::string_view text) {
  return make_tokenizer(tokenizer, {{"lowercase", lowercase}})->pieces(text);
}

Words vocabulary(Index min_count, Index vocab_size, Index max_length = 100) {
  const std::vector<std::string_view> texts{"b a c", "B a. d", "b e"};
  const auto tokenizer = make_tokenizer("word", {{"min_count", min_count}, {"vocab_size", vocab_size}});
  tokenizer->fit(texts, max_length);
  return vocabulary_of(*tokenizer);
}

/// Gives each text the ids that it was told to, whatever the vocabulary.
class Told : public Tokenizer {
 public:
  Told(Ids ids, Index length) : ids_(std::move(ids)), length_(length) {}
  void fit(std::span<const std::string_view>, Index) override {}
  Index encode(std::string_view, Index, Ids& ids) const override {
    ids.insert(ids.end(), ids_.begin(), ids_.end());
    return length_;
  }
  Index vocabulary_size() const override { return 3; }
  std::string token(std::int32_t id) const override { return "t" + std::to_string(id); }
  void save(State&) const override {}
  void load(const State&) override {}

 private:
  Ids ids_;
  Index length_;
};

Tokenizers with_codons() {
  Tokenizers tokenizers = builtin_tokenizers();
  add_codons(tokenizers);
  return tokenizers;
}

}  // namespace

TEST_CASE("further tokens are the most frequent new ones, behind the old", "[tokenizer]") {
  const auto extended = [](Index min_count, Index vocab_size) {
    const auto tokenizer = make_tokenizer("word", {{"min_count", min_count}, {"vocab_size", vocab_size}});
    const std::vector<std::string_view> first{"b b a a"}, further{"c d a", "D e c <unk>", "d f cut"};
    tokenizer->fit(first, 10);
    tokenizer->extend(further, 2);
    return vocabulary_of(*tokenizer);
  };
  CHECK(extended(1, 100) == Words{"<unk>", "a", "b", "d", "c", "e", "f"});
  CHECK(extended(2, 100) == Words{"<unk>", "a", "b", "d"});
  CHECK(extended(1, 5) == Words{"<unk>", "a", "b", "d", "c"});
  CHECK(extended(1, 3) == Words{"<unk>", "a", "b"});
  CHECK_THAT(message_of([] { Told({0}, 1).extend({}, 1); }),
             Catch::Matchers::Contains("this tokenizer takes no further tokens; leave --add-tokens out"));
}

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

TEST_CASE("the whitespace tokenizer leaves marks where they are", "[tokenizer]") {
  CHECK(split("whitespace", false, " U.S. don't\t\tstop,\xC2\xA0„Ja“  3.14% ") ==
        Words{"U.S.", "don't", "stop,", "„Ja“", "3.14%"});
  CHECK(split("whitespace", true, "EU rejects") == Words{"eu", "rejects"});
  CHECK(split("whitespace", true, "\xE3\x80\x80 \t").empty());
}

TEST_CASE("an unknown tokenizer is an error", "[tokenizer]") {
  CHECK(message_of([] { make_tokenizer("bpes"); }) == "\"bpes\" is not registered in this program");
}

TEST_CASE("the vocabulary goes by frequency, then by bytes, after the unknown token", "[tokenizer]") {
  CHECK(vocabulary(1, 100) == Words{"<unk>", "b", "a", ".", "c", "d", "e"});
  CHECK(vocabulary(2, 100) == Words{"<unk>", "b", "a"});
  CHECK(vocabulary(1, 4) == Words{"<unk>", "b", "a", "."});
  CHECK(vocabulary(1, 100, 1) == Words{"<unk>", "b"});
  CHECK(message_of([] { vocabulary(4, 100); }) ==
        "the vocabulary is empty with min_count = 4 and vocab_size = 100 of data.tokenizer; lower the one or "
        "raise the other (tokens of more than 256 bytes never enter it)");
}

TEST_CASE("tokens of more than 256 bytes stay unknown", "[tokenizer]") {
  const std::string longest(256, 'a'), too_long(257, 'b');
  const std::vector<std::string_view> texts{too_long, too_long, longest};
  const auto tokenizer = make_tokenizer("word");
  tokenizer->fit(texts, 10);
  CHECK(vocabulary_of(*tokenizer) == Words{"<unk>", longest});
}

TEST_CASE("ids come after those that are there, up to max_length", "[tokenizer]") {
  const auto tokenizer = word_tokenizer({"<unk>", "the", "cat"});
  Ids ids{7};
  CHECK(tokenizer->encode("The dog, the cat", 3, ids) == 5);
  CHECK(ids == Ids{7, 1, 0, 0});
  CHECK(tokenizer->pieces("The dog") == Words{"the", "dog"});  // what the text has, unknown or not
}

TEST_CASE("what a tokenizer keeps makes another one the same", "[tokenizer]") {
  const std::vector<std::string_view> texts{"b a c", "a, d"};
  const Tokenizers tokenizers = with_codons();
  for (const TokenizerEntry& entry : tokenizers.entries()) {
    if (entry.name == "wordpiece") continue;  // has its vocabulary from a file: test_wordpiece.cpp
    INFO(entry.name);
    const auto fitted = entry.make(Settings(entry.name, entry.options));
    const auto loaded = entry.make(Settings(entry.name, entry.options));
    fitted->fit(texts, 10);
    State state;
    fitted->save(state);
    loaded->load(state);
    CHECK(vocabulary_of(*loaded) == vocabulary_of(*fitted));
    Ids before, after;
    CHECK(fitted->encode("a c b, x", 10, before) == loaded->encode("a c b, x", 10, after));
    CHECK(before == after);
    if (dynamic_cast<VocabularyTokenizer*>(loaded.get()) == nullptr) continue;
    CHECK(message_of([&] { loaded->load({}); }) == "its state lacks \"vocabulary\"");
    state.set("vocabulary", Words{});
    CHECK(message_of([&] { loaded->load(state); }) == "its vocabulary is empty");
  }
}

TEST_CASE("a tokenizer that gives other ids than it may is stopped", "[tokenizer]") {
  DataConfig config;
  config.tokenizer.type = "told";
  config.max_length = 2;
  const auto message = [&](const Ids& ids, Index length) {
    Preprocessing preprocessing;
    preprocessing.tokenizer = std::make_shared<Told>(ids, length);
    const InputEncoder encoder(config, preprocessing);
    Sequences data;
    return message_of([&] { encoder.append_line("x", data); });
  };
  const std::string start = "data.tokenizer \"told\" gave other ids than those of its first ";
  CHECK(message({0, 2}, 2) == "no error");
  CHECK(message({0, 2}, 5) == "no error");
  CHECK(message({0, 3}, 2) == start + "2 tokens, from 0 to 2");
  CHECK(message({-1}, 1) == start + "1 tokens, from 0 to 2");
  CHECK(message({0, 1, 2}, 3) == start + "2 tokens, from 0 to 2");  // not cut
  CHECK(message({0}, 2) == start + "2 tokens, from 0 to 2");
  CHECK(message({}, 0) == "data.tokenizer \"told\" finds no token in the text");
  CHECK(Told({2, 0}, 2).pieces("x y") == Words{"t2", "t0"});
}

TEST_CASE("a text in which a tokenizer finds nothing is named by its place", "[tokenizer]") {
  class Capitals : public VocabularyTokenizer {
   public:
    using VocabularyTokenizer::VocabularyTokenizer;
    void split(std::string_view text, Tokens& tokens) const override {
      for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] >= 'A' && text[i] <= 'Z') tokens.push_back(text.substr(i, 1));
    }
  };
  Tokenizers tokenizers;
  tokenizers.add<Capitals>("capitals", "only those");
  const testing::TempFolder folder;
  folder.write("train.tsv", "a\tAb\nb\tab\nb\tB\n");
  DataConfig config;
  config.train = "train.tsv";
  config.validation_fraction = 0;
  config.tokenizer = {"capitals", {{"lowercase", false}}};
  CHECK(folder.without_path(message_of([&] {
    load_data(config, folder.path(), 1, builtin_readers(), tokenizers, *new_task());
  })) == "train.tsv:2: data.tokenizer \"capitals\" finds no token in the text");
}

TEST_CASE("threads encode with one tokenizer at the same time", "[tokenizer]") {
  const auto tokenizer = word_tokenizer({"<unk>", "a", "b"});
  std::vector<Ids> found(8);
  std::vector<std::thread> threads;
  for (Ids& ids : found)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) tokenizer->encode("A b, C", 10, ids);
    });
  for (std::thread& thread : threads) thread.join();
  Ids expected;
  for (int i = 0; i < 200; ++i) expected.insert(expected.end(), {1, 2, 0, 0});
  for (const Ids& ids : found) CHECK(ids == expected);
}

TEST_CASE("k-mers overlap, or follow one another with a shorter last one", "[tokenizer]") {
  const auto pieces = [](std::int64_t k, bool overlapping, std::string_view text) {
    return make_tokenizer("kmers", {{"k", k}, {"overlapping", overlapping}, {"lowercase", false}})
        ->pieces(text);
  };
  CHECK(make_tokenizer("kmers")->pieces("ACGTA") == Words{"acg", "cgt", "gta"});
  CHECK(pieces(3, true, "ACG") == Words{"ACG"});
  CHECK(pieces(3, false, "ACGTA") == Words{"ACG", "TA"});
  CHECK(pieces(2, false, "ACGT") == Words{"AC", "GT"});
  CHECK(pieces(1, true, "ACG") == Words{"A", "C", "G"});
  CHECK(pieces(6, true, "ACGTA") == Words{"ACGTA"});
  CHECK(pieces(6, false, "ACGTA") == Words{"ACGTA"});
  CHECK(pieces(2, true, "aé🐉b") == Words{"aé", "é🐉", "🐉b"});  // characters, not bytes
  CHECK(pieces(2, false, "aé🐉") == Words{"aé", "🐉"});
}

TEST_CASE("codons of DNA, written outside, go through the same door", "[tokenizer]") {
  const Tokenizers tokenizers = with_codons();
  const auto pieces = [&](const Options& options, std::string_view text) {
    return tokenizers.make(Component{"codons", options})->pieces(text);
  };
  CHECK(pieces({}, "ACGTAAC") == Words{"acg", "taa"});
  CHECK(pieces({{"lowercase", false}, {"frame", std::int64_t{1}}}, "AACGTAC") == Words{"ACG", "TAC"});
  CHECK(pieces({{"frame", std::int64_t{2}}}, "acgt") == Words{"acgt"});
  const testing::TempFolder folder;
  folder.write("train.tsv", "a\tACGCGAACG\nb\tCGAA\n");
  DataConfig config;
  config.train = "train.tsv";
  config.validation_fraction = 0;
  config.tokenizer = {"codons", {{"lowercase", false}}};
  const LoadedData data = load_data(config, folder.path(), 1, builtin_readers(), tokenizers, *new_task());
  CHECK(vocabulary_of(*data.preprocessing.tokenizer) == Words{"<unk>", "ACG", "CGA"});
  CHECK(data.train.tokens == Ids{1, 2, 1, 2});
  CHECK(data.train.offsets == std::vector<Index>{0, 3, 4});
}

TEST_CASE("texts are encoded while the vocabulary is learned as they are after it") {
  const std::string long_word(VocabularyTokenizer::longest_token + 1, 'x');
  const std::vector<std::string> texts{"the <unk> the cat", "a CAT, rare " + long_word, "the the a a cat cat",
                                       "<unk> rare2 the"};
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  for (const char* type : {"word", "whitespace", "char", "kmers"})
    for (const std::int64_t min_count : {1, 2})
      for (const std::int64_t vocab_size : {3, 100})
        for (const Index max_length : {2, 50}) {
          INFO(type << " " << min_count << " " << vocab_size << " " << max_length);
          const auto tokenizer =
              builtin_tokenizers().make({type, {{"min_count", min_count}, {"vocab_size", vocab_size}}});
          const EncodedTexts found = tokenizer->fit_and_encode(views, max_length);
          EncodedTexts expected;
          for (const std::string_view text : views) {
            expected.lengths.push_back(tokenizer->encode(text, max_length, expected.ids));
            expected.offsets.push_back(std::ssize(expected.ids));
          }
          CHECK(found.ids == expected.ids);
          CHECK(found.offsets == expected.offsets);
          CHECK(found.lengths == expected.lengths);
        }
}
