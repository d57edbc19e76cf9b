// From an encoder of somebody else's to a model that every verb takes, and out again.
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

std::string fixture(const std::string& family) {
  return std::string(std::getenv("OROCHI_TEST_DATA")) + "/encoders/" + family;
}

std::string out_of(const std::vector<std::string>& arguments, const std::string& input = {}) {
  const Outcome outcome = orochi_program(arguments, input);
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  return outcome.out;
}

std::string bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<float> numbers(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<float>(in), {}};
}

/// With encoder.h5 and a run that was fine-tuned from it.
struct FineTuned : Workplace {
  explicit FineTuned(const std::string& name, const std::string& family = "minilm") : Workplace(name) {
    out_of({"import", fixture(family), "--out", path("encoder.h5")});
    std::ofstream(path("fine.toml"))
        << "data.train = 'train.tsv'\ndata.test = 'test.tsv'\ndata.max_length = 12\n"
           "model.init_from = 'encoder.h5'\ntrain.epochs = 1\n";
    out_of({"train", path("fine.toml"), "--run", path("run"), "model.pooling=pooler"});
  }
};

}  // namespace

TEST_CASE("every verb takes a model that was fine-tuned from an imported encoder") {
  const FineTuned place("fine-tuned");
  const std::string best = place.path("run/best.h5");
  CHECK_THAT(out_of({"evaluate", best}), Contains("accuracy"));
  CHECK_THAT(out_of({"predict", best}, "ACGTACGTA\n"), Contains("p(yes)"));
  CHECK_THAT(out_of({"inspect", best}), Contains("embedding.segment") && Contains("head.weight"));
  CHECK_THAT(out_of({"attend", best}, "ACGTACGTA\n"), Contains("[CLS]"));
  CHECK_THAT(out_of({"explain", best, "--layer", "2"}, "ACGTACGTA\n"), Contains("[CLS]"));
  CHECK_THAT(out_of({"ablate", best}), Contains("head"));
  out_of({"report", place.path("run")});
  const std::string page = bytes(place.path("run/report.html"));
  CHECK_THAT(page, Contains("[CLS]"));
  CHECK_THAT(page, Contains("##") && Contains("\"joined\":[\"[CLS]\",\" "));  // pieces as words
  CHECK_THAT(out_of({"export", best, "--out", place.path("out")}), Contains("BertForSequenceClassification"));
}

TEST_CASE("an encoder that was trained further without labels goes on its way without its head") {
  const FineTuned place("masked");
  out_of(
      {"train", place.path("fine.toml"), "--run", place.path("masked"), "task=masked_tokens", "data.test="});
  const std::string best = place.path("masked/best.h5");
  CHECK_THAT(out_of({"export", best, "--out", place.path("out")}), Contains("BertModel"));
  CHECK_THAT(out_of({"import", place.path("out"), "--out", place.path("again.h5")}), Contains("2 layers"));
  CHECK(out_of({"embed", place.path("again.h5")}, "ACGT\n") == out_of({"embed", best}, "ACGT\n"));
  CHECK_THAT(out_of({"attend", best}, "ACGTACGTA\n"), Contains("no answer") && !Contains("predicted"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"predict", best}, {"report", place.path("masked")}}) {
    const Outcome outcome = orochi_program(words, "ACGT\n");
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains("was pre-trained without labels and answers nothing"));
  }
  CHECK(orochi_program({"export", best, "--format", "onnx", "--out", best}).code == 2);
  if (orochi_program({"export", best, "--format", "onnx", "--out", place.path("m.onnx")}).code == 0)
    CHECK_THAT(bytes(place.path("m.onnx")), Contains("vectors") && !Contains("logits"));
}

TEST_CASE("an encoder answers nothing, and says what it is for") {
  const Workplace place("encoder");
  CHECK_THAT(out_of({"import", fixture("bert"), "--out", place.path("e.h5")}),
             Contains("2 layers of 2 heads, 8 columns") && Contains("pooling      pooler"));
  for (const char* verb : {"predict", "evaluate", "attend", "ablate", "explain"}) {
    INFO(verb);
    const Outcome outcome = orochi_program({verb, place.path("e.h5")}, "a\n");
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.err, Contains("is an encoder without a head") && Contains("model.init_from"));
  }
  CHECK_THAT(out_of({"inspect", place.path("e.h5")}), Contains("pooling.weight"));
  const Outcome without = orochi_program({"import", fixture("bert")});
  CHECK(without.code == 2);
  CHECK_THAT(without.err, Contains("--out FILE is missing"));
  CHECK_THAT(orochi_program({"import", place.path("none"), "--out", place.path("x.h5")}).err,
             Contains("config.json: cannot be opened"));
  CHECK_FALSE(std::filesystem::exists(place.path("x.h5")));
}

TEST_CASE("embed writes the same vectors in every form") {
  const FineTuned place("embed");
  const std::string texts = "ACGTACGTA\nGG TT\n";
  for (const std::string checkpoint : {"encoder.h5", "run"}) {
    INFO(checkpoint);
    const std::vector<float> tsv = numbers(out_of({"embed", place.path(checkpoint)}, texts));
    CHECK(tsv.size() == 16);
    out_of({"embed", place.path(checkpoint), "-", "--out", place.path("v.npy")}, texts);
    const std::string npy = bytes(place.path("v.npy"));
    REQUIRE(npy.size() == 128 + 16 * sizeof(float));
    CHECK_THAT(npy, Contains("'shape': (2, 8)"));
    std::vector<float> stored(16);
    std::memcpy(stored.data(), npy.data() + 128, 16 * sizeof(float));
    for (std::size_t i = 0; i < stored.size(); ++i)
      CHECK_THAT(static_cast<double>(stored[i]),
                 catch_matchers::WithinAbs(static_cast<double>(tsv[i]), 1e-6));
    out_of({"embed", place.path(checkpoint), "-", "--out", place.path("v.h5")}, texts);
    CHECK_THAT(bytes(place.path("v.h5")), Contains("HDF"));
    out_of({"embed", place.path(checkpoint), place.path("test.tsv"), "--out", place.path("v.tsv")});
    CHECK(numbers(bytes(place.path("v.tsv"))).size() == 40 * 8);
  }
  CHECK_THAT(orochi_program({"embed", place.path("run"), "--out", place.path("v.txt")}, texts).err,
             Contains("its ending says the format, one of .tsv, .npy, .h5"));
  CHECK(orochi_program({"embed", place.path("run"), "--out", place.path("run/best.npy")}, "\n").code == 2);
}

TEST_CASE("export knows its formats, and ONNX goes with SentencePiece in one program") {
  const Workplace place("formats");
  out_of({"train", place.path("small.toml"), "--run", place.path("run"),
          "data.tokenizer={type = \"bpe\", vocab_size = 300}"});
  const Outcome wrong =
      orochi_program({"export", place.path("run"), "--format", "onx", "--out", place.path("x")});
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("--format is \"onx\"; allowed: safetensors | onnx"));
  CHECK_THAT(orochi_program({"export", place.path("run")}).err,
             Contains("--out is missing: the folder to write"));
  const Outcome outcome =
      orochi_program({"export", place.path("run"), "--format", "onnx", "--out", place.path("model.onnx")});
  if (outcome.err.find("built without ONNX") != std::string::npos) return;
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, Contains("model.onnx: ONNX, ") && Contains("onnxruntime.InferenceSession("));
  CHECK_THAT(bytes(place.path("model.onnx")), Contains("[\"no\",\"yes\"]"));
}
