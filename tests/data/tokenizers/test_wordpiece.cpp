// WordPiece: the ids of Hugging Face tokenizers (scripts/make_golden_wordpiece.py), the two files that a
// vocabulary comes in, and what a checkpoint keeps of it.
#include <cstdlib>

#include <nlohmann/json.hpp>

#include <orochi/dataset.hpp>

#include "../temp_folder.hpp"
#include "catch.hpp"
#include "data/tokenizers/read_bytes.hpp"
#include "tokenizers.hpp"

using namespace orochi;
using namespace orochi::test;
using nlohmann::json;
using orochi::testing::message_of;
using orochi::testing::TempFolder;

namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

json golden() {
  const char* folder = std::getenv("OROCHI_TEST_DATA");
  REQUIRE(folder != nullptr);
  return json::parse(read_bytes(std::string(folder) + "/wordpiece.json.gz", "the golden ids"));
}

std::unique_ptr<Tokenizer> read(const std::string& path, bool lowercase = true) {
  auto tokenizer = make_tokenizer("wordpiece", {{"vocabulary", path}, {"lowercase", lowercase}});
  tokenizer->fit({}, 10);
  return tokenizer;
}

std::unique_ptr<Tokenizer> loaded_from(const Tokenizer& tokenizer) {
  State state;
  tokenizer.save(state);
  auto other = make_tokenizer("wordpiece");
  other->load(state);
  return other;
}

/// The first lines of which the ids are others than expected.
std::string differences(const Tokenizer& tokenizer, const json& file, const json& of) {
  std::string found;
  const auto every = of.at("every").get<std::size_t>();
  CHECK(of.at("ids").size() == (file.at("lines").size() + every - 1) / every);
  for (std::size_t i = 0, shown = 0; i < of.at("ids").size() && shown < 5; ++i) {
    const auto line = file.at("lines").at(i * every).get<std::string>();
    const std::string ids = joined(encode(tokenizer, line)), expected = of.at("ids").at(i);
    if (ids == expected) continue;
    found += line + "\n  " + ids + "\n  " + expected + "\n";
    ++shown;
  }
  return found;
}

std::string lines_of(const json& vocabulary) {
  std::string lines;
  for (const json& piece : vocabulary) lines += piece.get<std::string>() + "\n";
  return lines;
}

json tokenizer_json(const Words& pieces, const json& normalizer = {{"type", "BertNormalizer"}}) {
  json vocab = json::object();
  for (const std::string& piece : pieces) vocab[piece] = vocab.size();
  return {{"normalizer", normalizer},
          {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
          {"model", {{"type", "WordPiece"}, {"unk_token", "[UNK]"}, {"vocab", vocab}}}};
}

const Words small{"[PAD]", "[UNK]", "[SEP]", "un", "##aff", "##able", "##a", "aff", "é", ",", "e", "É"};

}  // namespace

TEST_CASE("WordPiece gives the ids of Hugging Face tokenizers in 30 scripts", "[tokenizer]") {
  const json file = golden();
  CHECK(file.at("lines").size() == 2000);
  const TempFolder folder;
  const Words pieces = file.at("vocabulary").get<Words>();
  for (std::size_t i = 0; i < file.at("cases").size(); ++i) {
    const json& of = file.at("cases").at(i);
    INFO(of.at("normalizer").dump());
    const auto tokenizer =
        read(folder.write("tokenizer.json", tokenizer_json(pieces, of.at("normalizer")).dump()));
    CHECK(differences(*tokenizer, file, of) == "");
    CHECK(differences(*loaded_from(*tokenizer), file, of) == "");
  }
  const std::string path = folder.write("vocab.txt", lines_of(file.at("vocabulary")));
  CHECK(differences(*read(path), file, file.at("cases").at(0)) == "");
  CHECK(differences(*read(path, false), file, file.at("cases").at(1)) == "");
}

TEST_CASE("WordPiece takes the longest pieces, or none of a word", "[tokenizer]") {
  const TempFolder folder;
  const auto tokenizer = read(folder.write("vocab.txt", lines_of(small)));
  CHECK(encode(*tokenizer, "Unaffable, aff unaffx") == Ids{3, 4, 5, 9, 7, 1});
  CHECK(tokenizer->pieces("Unaffable, unaffX") == Words{"un", "##aff", "##able", ",", "unaffx"});
  CHECK(encode(*tokenizer, "É é e\xCC\x81") == Ids{10, 10, 10});  // accents go before case
  CHECK(encode(*read(folder.file("vocab.txt"), false), "É é e\xCC\x81 E") == Ids{11, 8, 1, 1});
  CHECK(encode(*tokenizer, "un" + std::string(99, 'a')) == Ids{1});  // of 101 characters
  CHECK(encode(*tokenizer, "un" + std::string(98, 'a')).size() == 99);
  Ids cut;
  CHECK(tokenizer->encode("unaffable aff", 2, cut) == 4);
  CHECK(cut == Ids{3, 4});
  CHECK(tokenizer->unknown() == 1);
  CHECK(tokenizer->separator() == 2);
  CHECK(loaded_from(*tokenizer)->separator() == 2);
  CHECK(vocabulary_of(*loaded_from(*tokenizer)) == small);
}

TEST_CASE("a vocabulary that is none is an error that says what is wrong", "[tokenizer]") {
  const TempFolder folder;
  const auto error = [&](const std::string& name, const std::string& contents) {
    return folder.without_path(message_of([&] { read(folder.write(name, contents)); }));
  };
  CHECK(message_of([] { read(""); }) == "vocabulary is missing; name BERT's vocab.txt, or a tokenizer.json");
  CHECK(folder.without_path(message_of([&] { read(folder.file("none.txt")); })) ==
        "vocabulary: none.txt: no such file; paths in a config are relative to the config's folder");
  CHECK(error("v.txt", "") == "vocabulary: v.txt: the file is empty; expected a vocabulary, a piece a line");
  CHECK(error("v.txt", "[UNK]\na\nb\na\n") ==
        "vocabulary: v.txt:4: \"a\" is on line 2 already; a piece has one line");
  CHECK(
      error("v.txt", "a\n\xFF\n") ==
      "vocabulary: v.txt:2: byte 0xff is not valid UTF-8, or is NUL; expected a vocabulary, a piece a line");
  CHECK(error("v.txt", "a\nb\n") ==
        "vocabulary: v.txt: the vocabulary has no \"[UNK]\"; expected BERT's vocab.txt, a piece a line, or a "
        "file "
        "whose name ends in .json for Hugging Face's tokenizer.json");
  CHECK(error("v.txt", "[UNK]\n" + std::string(257, 'a') + "\n") ==
        "vocabulary: v.txt:2: a piece of 257 bytes; expected at most 256 a line");
  CHECK(error("t.json", "{\"model\": ") ==
        "vocabulary: t.json: no JSON from byte 11 on; expected Hugging Face's tokenizer.json");
  json other = tokenizer_json(small);
  other["model"]["type"] = "BPE";
  CHECK(error("t.json", other.dump()) ==
        "vocabulary: t.json: its model is \"BPE\"; data.tokenizer = \"wordpiece\" reads \"WordPiece\"");
  other = tokenizer_json(small, {{"type", "NFKC"}});
  CHECK(error("t.json", other.dump()) ==
        "vocabulary: t.json: its normalizer is \"NFKC\"; data.tokenizer = \"wordpiece\" reads "
        "\"BertNormalizer\"");
  other = tokenizer_json(small);
  other["model"]["vocab"]["e"] = 40;
  CHECK(error("t.json", other.dump()) ==
        "vocabulary: t.json: the id of \"e\" is \"40\"; expected each of 0 to 11 once");
  other = tokenizer_json(small);
  other["model"]["unk_token"] = "<unk>";
  CHECK(error("t.json", other.dump()) ==
        "vocabulary: t.json: the vocabulary has no \"<unk>\", its unk_token");
}

TEST_CASE("a WordPiece state that was made by hand is checked", "[tokenizer]") {
  const TempFolder folder;
  State good;
  read(folder.write("vocab.txt", lines_of(small)))->save(good);
  const auto error = [&](const std::string& name, State::Value value) {
    State state = good;
    state.set(name, std::move(value));
    return message_of([&] { make_tokenizer("wordpiece")->load(state); });
  };
  CHECK(error("vocabulary", Words{}) == "its vocabulary is empty");
  CHECK(error("continuation", Words{}) == "its state \"continuation\" is not one text");
  CHECK(error("unknown", std::vector<std::int64_t>{12}) ==
        "its state \"unknown\" is not one number from 0 to 11");
  CHECK(error("lowercase", std::vector<std::int64_t>{1, 1}) ==
        "its state \"lowercase\" is not one number from 0 to 1");
}

TEST_CASE("a vocabulary's path counts from the folder of the config", "[tokenizer]") {
  const TempFolder folder;
  folder.write("vocab.txt", lines_of(small));
  folder.write("train.tsv", "a\tun aff\nb\tunaff\n");
  DataConfig config;
  config.train = "train.tsv";
  config.validation_fraction = 0;
  config.tokenizer = {"wordpiece", {{"vocabulary", "vocab.txt"}}};
  const LoadedData data =
      load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
  CHECK(data.train.tokens == Ids{3, 7, 3, 4});
  CHECK(vocabulary_of(*data.preprocessing.tokenizer) == small);
}
