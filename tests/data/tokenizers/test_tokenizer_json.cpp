// Byte-level byte-pair encoding and unigram models out of a tokenizer.json: the ids of Hugging Face
// tokenizers (scripts/make_golden_tokenizer_json.py), what is refused, and what a checkpoint keeps.
#include <cstdlib>

#include <nlohmann/json.hpp>

#include <orochi/dataset.hpp>

#include "../temp_folder.hpp"
#include "catch.hpp"
#include "data/tokenizers/read_bytes.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using namespace orochi::test;
using catch_matchers::Contains;
using nlohmann::json;
using orochi::testing::message_of;
using orochi::testing::TempFolder;

namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

json fixture(const std::string& name) {
  const char* folder = std::getenv("OROCHI_TEST_DATA");
  REQUIRE(folder != nullptr);
  return json::parse(read_bytes(std::string(folder) + "/" + name, "the golden ids"));
}

std::unique_ptr<Tokenizer> read(const std::string& type, const std::string& path) {
  auto tokenizer = make_tokenizer(type, {{"model", path}});
  tokenizer->fit({}, 10);
  return tokenizer;
}

std::unique_ptr<Tokenizer> loaded(const std::string& type, const State& state) {
  auto tokenizer = make_tokenizer(type, {{"model", "gone.json"}});
  tokenizer->load(state);
  return tokenizer;
}

/// The first lines of which the ids are others than expected.
std::string differences(const Tokenizer& tokenizer, const Words& lines, const json& of) {
  std::string found;
  const auto every = of.at("every").get<std::size_t>();
  CHECK(of.at("ids").size() == (lines.size() + every - 1) / every);
  for (std::size_t i = 0, shown = 0; i < of.at("ids").size() && shown < 5; ++i) {
    const std::string &line = lines.at(i * every), ids = joined(encode(tokenizer, line)),
                      expected = of.at("ids").at(i);
    if (ids == expected) continue;
    found += line + "\n  " + ids + "\n  " + expected + "\n";
    ++shown;
  }
  return found;
}

/// Letters a to d, " a" as Ġa, and three merges.
json small_pairs() {
  return {{"normalizer", json()},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
          {"model",
           {{"type", "BPE"},
            {"vocab",
             {{"a", 0},
              {"b", 1},
              {"c", 2},
              {"\xC4\xA0", 3},
              {"ab", 4},
              {"bc", 5},
              {"\xC4\xA0"
               "ab",
               6},
              {"</s>", 7}}},
            {"merges", {"b c", "a b", json::array({"\xC4\xA0", "ab"})}}}}};
}

json small_unigram() {
  json vocab = json::array();
  const std::vector<std::pair<const char*, double>> pieces{
      {"<unk>", 0}, {"\xE2\x96\x81", -2}, {"a", -3}, {"b", -3}, {"ab", -5}, {"\xE2\x96\x81\x61", -4}};
  for (const auto& [piece, score] : pieces) vocab.push_back(json::array({piece, score}));
  return {{"normalizer", json()},
          {"pre_tokenizer", {{"type", "Metaspace"}}},
          {"model", {{"type", "Unigram"}, {"unk_id", 0}, {"vocab", vocab}}}};
}

}  // namespace

TEST_CASE("a tokenizer.json gives the ids of Hugging Face tokenizers in 30 scripts", "[tokenizer]") {
  const json file = fixture("tokenizer_json.json.gz");
  Words lines = fixture("wordpiece.json.gz").at("lines").get<Words>();
  CHECK(lines.size() == 2000);
  for (const json& line : file.at("more")) lines.push_back(line);
  const TempFolder folder;
  for (const json& of : file.at("cases")) {
    INFO(of.at("model") << " " << of.at("flags") << " " << of.at("normalizer") << " "
                        << of.at("pre_tokenizer"));
    json whole{{"normalizer", of.at("normalizer")}, {"pre_tokenizer", of.at("pre_tokenizer")}};
    whole["model"] = file.at("models").at(of.at("model").get<std::string>());
    whole["model"].update(of.at("flags"));
    const std::string type = whole["model"]["type"] == "BPE" ? "bpe" : "unigram";
    const auto tokenizer = read(type, folder.write("tokenizer.json", whole.dump()));
    CHECK(differences(*tokenizer, lines, of) == "");
    CHECK(differences(*loaded(type, state_of(*tokenizer)), lines, of) == "");
  }
}

TEST_CASE("byte pairs are merged in the order in which they were learned", "[tokenizer]") {
  const TempFolder folder;
  const auto tokenizer = read("bpe", folder.write("t.json", small_pairs().dump()));
  CHECK(encode(*tokenizer, "abc ab") == Ids{0, 5, 6});  // "bc" comes before "ab"
  CHECK(encode(*tokenizer, "axb") == Ids{4});           // a byte without a letter is nothing
  CHECK(tokenizer->pieces("ab ab") == Words{"ab",
                                            "\xC4\xA0"
                                            "ab"});
  CHECK(tokenizer->unknown() == -1);
  CHECK(tokenizer->separator() == 7);
  Ids cut{9};
  CHECK(tokenizer->encode("abc ab", 2, cut) == 3);
  CHECK(cut == Ids{9, 0, 5});
  const std::string long_word(200000, 'a');
  CHECK(encode(*tokenizer, long_word).size() == 200000);
}

TEST_CASE("a unigram model cuts a word in the likeliest way", "[tokenizer]") {
  const TempFolder folder;
  const auto tokenizer = read("unigram", folder.write("t.json", small_unigram().dump()));
  CHECK(encode(*tokenizer, "ab ab") == Ids{1, 4, 1, 4});  // -7 as the other way: what begins first stays
  CHECK(encode(*tokenizer, "bab") == Ids{1, 3, 4});
  CHECK(encode(*tokenizer, "axyb") == Ids{5, 0, 3});  // what is unknown side by side is one
  CHECK(tokenizer->unknown() == 0);
  CHECK(tokenizer->separator() == 6);
}

TEST_CASE("a tokenizer.json of another kind is an error that says what is read", "[tokenizer]") {
  const TempFolder folder;
  const auto error = [&](const std::string& type, const json& file) {
    return folder.without_path(message_of([&] { read(type, folder.write("t.json", file.dump())); }));
  };
  json pairs = small_pairs(), unigram = small_unigram();
  CHECK(error("unigram", pairs) ==
        "model: t.json: its model is \"BPE\"; data.tokenizer = \"unigram\" reads \"Unigram\"");
  CHECK(error("bpe", unigram) ==
        "model: t.json: its model is \"Unigram\"; data.tokenizer = \"bpe\" reads \"BPE\"");
  pairs["pre_tokenizer"]["type"] = "Whitespace";
  CHECK_THAT(error("bpe", pairs),
             Contains("its pre_tokenizer is \"Whitespace\"") && Contains("reads \"ByteLevel\""));
  pairs = small_pairs();
  pairs["model"]["ignore_merges"] = true;
  CHECK_THAT(error("bpe", pairs), Contains("its model has ignore_merges = true"));
  pairs = small_pairs();
  pairs["model"]["merges"].push_back("c b");
  CHECK_THAT(error("bpe", pairs), Contains("its vocabulary has no \"cb\", of its merges"));
  unigram["normalizer"] = {{"type", "Precompiled"}};
  CHECK_THAT(error("unigram", unigram), Contains("its normalizer is \"Precompiled\"") &&
                                            Contains("name the SentencePiece .model beside it"));
  unigram = small_unigram();
  unigram["model"]["unk_id"] = json();
  CHECK_THAT(error("unigram", unigram), Contains("its unk_id is null, the number of no piece"));
  unigram = small_unigram();
  unigram["pre_tokenizer"]["prepend_scheme"] = "first";
  CHECK_THAT(error("unigram", unigram), Contains("known are split = true with prepend_scheme"));
  CHECK_THAT(error("bpe", json::array()), Contains("expected Hugging Face's tokenizer.json"));
  CHECK_THAT(message_of([&] { read("bpe", folder.file("none.json")); }), Contains("none.json: no such file"));
}

TEST_CASE("a state of such a model that was made by hand is checked", "[tokenizer]") {
  const TempFolder folder;
  const State pairs = state_of(*read("bpe", folder.write("t.json", small_pairs().dump())));
  const State unigram = state_of(*read("unigram", folder.write("t.json", small_unigram().dump())));
  const auto error = [&](const std::string& type, State state, const std::string& name, State::Value value) {
    state.set(name, std::move(value));
    return message_of([&] { loaded(type, state); });
  };
  using Numbers = std::vector<std::int64_t>;
  CHECK(error("bpe", pairs, "merges", Numbers{0, 8}) == "its merges are not pairs of its vocabulary");
  CHECK(error("bpe", pairs, "merges", Numbers{0}) == "its merges are not pairs of its vocabulary");
  CHECK(error("bpe", pairs, "merges", Numbers{2, 2}) ==
        "its vocabulary lacks what a pair of its merges makes");
  CHECK(error("bpe", pairs, "unknown", Numbers{8}) == "its state \"unknown\" is not one number from -1 to 7");
  CHECK(error("bpe", pairs, "cuts", Numbers{2}) == "its state \"cuts\" is not one number from 0 to 1");
  CHECK(error("unigram", unigram, "scores", std::vector<double>{1}) == "it has not one score a piece");
  CHECK(error("unigram", unigram, "rules", Words{"Metaspace", "", "always"}) ==
        "its state \"rules\" has one that is not known");
  CHECK(error("unigram", unigram, "rules", Words{"Metaspace"}) ==
        "its state \"rules\" has one that is not known");
}
