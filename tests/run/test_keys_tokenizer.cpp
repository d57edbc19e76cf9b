// The options of the tokenizers that are no words.
#include <fstream>

#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "inference/model_file.hpp"
#include "keys.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using test::vocabulary_of;

namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

/// Of these texts, beside a vocabulary "pieces.txt" and a file "own.model" that is no model.
LoadedData load(const std::string& type, const Options& options, const std::string& texts) {
  const Workplace place("keys-tokenizer");
  std::ofstream(place.root / "texts") << texts;
  std::ofstream(place.root / "pieces.txt") << "[UNK]\na\nA\n##b\n";
  std::ofstream(place.root / "own.model") << "none";
  DataConfig config;
  config.train = "texts";
  config.validation_fraction = 0;
  config.tokenizer = {type, options};
  return load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
}

Words vocabulary(const std::string& type, const Options& options, const std::string& texts) {
  return vocabulary_of(*load(type, options, texts).preprocessing.tokenizer);
}

void test_vocabulary() {
  const LoadedData data = load("wordpiece", {{"vocabulary", "pieces.txt"}}, "a\tab\nb\ta b\n");
  CHECK(vocabulary_of(*data.preprocessing.tokenizer) == Words{"[UNK]", "a", "A", "##b"});
  CHECK(data.train.tokens == Ids{1, 3, 1, 0});
}

void test_pieces_lowercase() {
  const auto tokens = [](bool lowercase) {
    return load("wordpiece", {{"vocabulary", "pieces.txt"}, {"lowercase", lowercase}}, "a\tA\nb\ta\n")
        .train.tokens;
  };
  CHECK(tokens(true) == Ids{1, 1});
  CHECK(tokens(false) == Ids{2, 1});
}

/// [CLS] and [SEP] around a text or two, which they are cut for.
void test_special_tokens() {
  const auto load_words = [](const std::string& text, bool special, const std::string& format = "tsv",
                             const std::string& tokenizer = "wordpiece") {
    const Workplace place("keys-special");
    std::ofstream(place.root / "native") << text;
    std::ofstream(place.root / "vocab.txt") << "[UNK]\n[CLS]\n[SEP]\nx\ny\nz\n";
    DataConfig config;
    config.train = "native";
    config.format.type = format;
    if (format == "csv") config.format.options["text_columns"] = Words{"a", "b"};
    config.validation_fraction = 0;
    config.max_length = 5;
    config.special_tokens = special;
    config.tokenizer = {tokenizer, {}};
    if (tokenizer == "wordpiece") config.tokenizer.options["vocabulary"] = "vocab.txt";
    return load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task())
        .train;
  };
  CHECK(load_words("a\tx y\nb\tx y z z z z\n", false).tokens == Ids{3, 4, 3, 4, 5, 5, 5});
  CHECK(load_words("a\tx y\nb\tx y z z z z\n", true).tokens == Ids{1, 3, 4, 2, 1, 3, 4, 5, 2});
  const Sequences pairs = load_words("label,a,b\nu,x y z,y z\nv,z,x\n", true, "csv");
  CHECK(pairs.tokens == Ids{1, 3, 2, 4, 2, 1, 5, 2, 3, 2});
  CHECK(pairs.segments == Ids{0, 0, 0, 1, 1, 0, 0, 0, 1, 1});
  CHECK_THROWS_WITH(load_words("a\tx\nb\ty\n", true, "tsv", "word"),
                    catch_matchers::Contains("data.tokenizer \"word\" has no tokens for the beginning"));
}

void test_k() {
  CHECK(vocabulary("kmers", {{"k", std::int64_t{2}}}, "a\tabc\nb\tab\n") == Words{"<unk>", "ab", "bc"});
  CHECK(vocabulary("kmers", {{"k", std::int64_t{4}}}, "a\tabcd\nb\tab\n") == Words{"<unk>", "ab", "abcd"});
}

void test_overlapping() {
  CHECK(vocabulary("kmers", {{"overlapping", true}}, "a\tabcd\nb\tabc\n") == Words{"<unk>", "abc", "bcd"});
  CHECK(vocabulary("kmers", {{"overlapping", false}}, "a\tabcd\nb\tabc\n") == Words{"<unk>", "abc", "d"});
}

void test_kmers_lowercase() {
  CHECK(vocabulary("kmers", {{"lowercase", true}}, "a\tÄBC\nb\täbc\n") == Words{"<unk>", "äbc"});
  CHECK(vocabulary("kmers", {{"lowercase", false}}, "a\tABC\nb\tabc\n") == Words{"<unk>", "ABC", "abc"});
}

void test_min_count() {
  CHECK(vocabulary("kmers", {{"min_count", std::int64_t{2}}}, "a\txxxx\nb\tyyy\n") == Words{"<unk>", "xxx"});
}

void test_kmers_vocab_size() {
  CHECK(vocabulary("kmers", {{"vocab_size", std::int64_t{2}}}, "a\txxxx\nb\tyyy\n") == Words{"<unk>", "xxx"});
}

const char* const animals = "a\tthe cat and the dog and the bird\nb\tThe dogs and the cats sang to birds\n";

void check_number_of_pieces(const std::string& type) {
  for (const std::int64_t size : {272, 275}) {
    const Words pieces = vocabulary(type, {{"vocab_size", size}}, animals);
    CHECK(std::ssize(pieces) == size);
  }
}

void check_lowercase_pieces(const std::string& type) {
  const auto has_capital = [&](bool lowercase) {
    const Words pieces = vocabulary(type, {{"lowercase", lowercase}}, animals);
    return std::any_of(pieces.begin() + 257, pieces.end(),  // behind the bytes
                       [](const std::string& piece) { return piece.find('T') != std::string::npos; });
  };
  CHECK_FALSE(has_capital(true));
  CHECK(has_capital(false));
}

void check_model(const std::string& type) {
  CHECK_THROWS_WITH(load(type, {{"model", "own.model"}}, animals),
                    catch_matchers::Contains("own.model: no SentencePiece model"));
}

void test_text_features() {  // test_linear_model has the rest
  const Workplace place("keys-text-features");
  std::ofstream(place.root / "texts") << "a\tone two\nb\ttwo\n";
  DataConfig config;
  config.train = "texts";
  config.validation_fraction = 0;
  for (const Index buckets : {0, 10}) {
    config.text_features = buckets;
    const LoadedData data =
        load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
    CHECK(data.train.feature_offsets.size() == (buckets == 0 ? 0 : 3));
    CHECK(std::all_of(data.train.features.begin(), data.train.features.end(),
                      [&](std::int32_t id) { return id < 2 * buckets; }));
    CHECK(data.train.features.empty() == (buckets == 0));
  }
}

void test_text_places() {
  const Workplace place("keys-text-places");
  std::ofstream(place.root / "texts") << "a\tacca\nb\tcaac\n";
  DataConfig config;
  config.train = "texts";
  config.validation_fraction = 0;
  config.text_features = 1 << 20;
  for (const bool places : {false, true}) {
    config.text_places = places;
    const LoadedData data =
        load_data(config, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
    CHECK(data.train.feature_offsets[1] == (places ? 4 + 3 + 2 : 1 + 6 + 5 + 4 + 3 + 2));
  }
}

void test_series_features() {  // test_linear_model has the rest
  DataConfig data;
  Preprocessing preprocessing;
  CHECK(input_shape(data, preprocessing).series_features == 0);
  data.series_features = 100;
  CHECK(input_shape(data, preprocessing).series_features == 100);
}

}  // namespace

KeyTests orochi::tokenizer_keys() {
  return {{"tokenizer.wordpiece.vocabulary", test_vocabulary},
          {"tokenizer.wordpiece.lowercase", test_pieces_lowercase},
          {"data.special_tokens", test_special_tokens},
          {"data.text_features", test_text_features},
          {"data.text_places", test_text_places},
          {"data.series_features", test_series_features},
          {"tokenizer.kmers.k", test_k},
          {"tokenizer.kmers.overlapping", test_overlapping},
          {"tokenizer.kmers.lowercase", test_kmers_lowercase},
          {"tokenizer.kmers.min_count", test_min_count},
          {"tokenizer.kmers.vocab_size", test_kmers_vocab_size},
          {"tokenizer.bpe.vocab_size", [] { check_number_of_pieces("bpe"); }},
          {"tokenizer.bpe.lowercase", [] { check_lowercase_pieces("bpe"); }},
          {"tokenizer.bpe.model", [] { check_model("bpe"); }},
          {"tokenizer.unigram.vocab_size", [] { check_number_of_pieces("unigram"); }},
          {"tokenizer.unigram.lowercase", [] { check_lowercase_pieces("unigram"); }},
          {"tokenizer.unigram.model", [] { check_model("unigram"); }}};
}
