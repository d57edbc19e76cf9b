// Training that starts from an encoder: its weights under a new head, on its own tokens; and that it resumes.
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "exchange/hugging_face.hpp"
#include "runs.hpp"

using namespace orochi;
using catch_matchers::Contains;
using orochi::testing::message_of;
using orochi::testing::notes_of;
using orochi::testing::numbers_of;

namespace {

/// The workplace with encoder.h5, a tiny one, and fine.toml, which starts from it.
struct FineTuning : Workplace {
  explicit FineTuning(const std::string& name, const std::string& family = "minilm")
      : Workplace("init-from-" + name) {
    std::vector<std::string> notes;
    import_hugging_face(std::string(std::getenv("OROCHI_TEST_DATA")) + "/encoders/" + family, builtin(),
                        notes)
        .save(path("encoder.h5"));
    std::ofstream(root / "fine.toml") << R"([data]
train = "train.tsv"
validation_fraction = 0.2
max_length = 12
[model]
init_from = "encoder.h5"
[train]
epochs = 2
batch_size = 16
learning_rate = 0.01
)";
  }
  std::string path(const std::string& file) const { return (root / file).string(); }
  TrainRequest fine(const std::string& run, const std::vector<std::string>& overrides = {}) const {
    TrainRequest request = this->request(run);
    request.config_path = path("fine.toml");
    request.overrides = overrides;
    return request;
  }
};

}  // namespace

TEST_CASE("before its first step a model is the encoder it starts from, under a new head", "[start]") {
  const FineTuning place("same");
  const std::string notes = notes_of(place.fine("run"));
  CHECK_THAT(notes, Contains("starting from " + place.path("encoder.h5")) &&
                        Contains("new: head.weight, head.bias"));
  const Model encoder = Model::load_encoder(place.path("encoder.h5")),
              start = Model::load(place.path("run/start.h5"));
  for (const ParameterView& view : start.classifier->parameters().views()) {
    INFO(view.name);
    std::vector<Scalar> before = numbers_of(encoder, view.name);
    if (view.name.starts_with("head.")) {
      CHECK(before.empty());
      continue;
    }
    if (view.name == "positions.weight") before.resize(12 * 8);  // of 48
    CHECK(numbers_of(start, view.name) == before);
  }
  CHECK(start.config.model.norm_first == false);
  CHECK(start.config.model.d_model == 8);
  CHECK(start.config.data.special_tokens);
  CHECK(start.config.model.init_from == "start.h5");
  const Model best = Model::load(place.path("run/best.h5"));
  CHECK(best.predict("ACGTACGTA").labels.size() == 1);
  CHECK(numbers_of(best, "encoder.0.norm1.weight") != numbers_of(encoder, "encoder.0.norm1.weight"));
}

TEST_CASE("a run that started from an encoder resumes to the same bits without it", "[start]") {
  const FineTuning place("resume", GENERATE("minilm", "roberta"));
  notes_of(place.fine("whole"));
  TrainRequest part = place.fine("part");
  part.max_steps = 3;
  notes_of(part);
  fs::remove(place.root / "encoder.h5");
  TrainRequest resumed;
  resumed.run = place.path("part");
  resumed.resume = true;
  notes_of(resumed);
  CHECK((place.bytes("part/last.h5") == place.bytes("whole/last.h5")));
  CHECK((place.bytes("part/best.h5") == place.bytes("whole/best.h5")));
  TrainRequest with_config = place.fine("whole");
  with_config.resume = true;
  CHECK_THAT(notes_of(with_config), Contains("resumed"));
}

TEST_CASE("a run that started from an encoder has the same bits on any threads", "[start]") {
  const FineTuning place("threads");
  const std::vector<std::string> half{
      R"(train.freeze=["embedding", "positions", "embedding_norm", "encoder.0"])"};
  TrainRequest one = place.fine("one", half), three = place.fine("three", half);
  one.threads = 1, three.threads = 3;
  CHECK_THAT(notes_of(place.fine("open", {R"(train.freeze=["embedding", "positions", "encoder.0"])"})),
             Contains("encoder.0 is frozen, but embedding_norm.weight before it is trained"));
  CHECK_THAT(notes_of(one),
             Contains("1 block and all before it is frozen: computed once for the training data"));
  notes_of(three);
  CHECK((place.bytes("one/last.h5") == place.bytes("three/last.h5")));
  CHECK_THAT(notes_of(place.fine("disk", {half.front(), "data.storage=disk"})),
             Contains("1 block and all before it"));
}

TEST_CASE("pooling, dropout and layers of the head may be others than the encoder's", "[start]") {
  const FineTuning place("others");
  const std::string notes = notes_of(
      place.fine("run", {"model.pooling=pooler", "model.dropout=0", "layer.pooler.activation=relu"}));
  CHECK_THAT(notes, Contains("new: pooling.weight, pooling.bias, head.weight, head.bias"));
  const Model best = Model::load(place.path("run/best.h5"));
  CHECK(best.config.model.dropout == 0);
  CHECK(best.config.model.attention_dropout == 0.1);  // the encoder's
}

TEST_CASE("a trained model is an encoder, too, whose head is left behind", "[start]") {
  const FineTuning place("trained");
  notes_of(place.fine("first"));
  CHECK_THAT(notes_of(place.fine("second", {"model.init_from=first", "train.seed=9"})),
             Contains("new: head.weight, head.bias"));
  const Model first = Model::load(place.path("first/best.h5")),
              second = Model::load(place.path("second/start.h5"));
  CHECK(numbers_of(first, "embedding.weight") == numbers_of(second, "embedding.weight"));
  CHECK(numbers_of(first, "head.weight") != numbers_of(second, "head.weight"));
}

TEST_CASE("what would be another encoder is refused, with the keys", "[start]") {
  const FineTuning place("refused");
  std::ofstream(place.root / "series.ts") << "@problemName x\n@timeStamps false\n@univariate true\n"
                                             "@classLabel true a b\n@data\n1,2,3:a\n5,9:b\n4,4:a\n2,2:b\n";
  CHECK_THAT(
      message_of(place.fine("run", {"model.d_model=16", "data.tokenizer=char"})),
      Contains("model.d_model: 8 -> 16") && Contains("data.tokenizer") && Contains("leave these keys out"));
  CHECK_THAT(message_of(place.fine("run", {"data.max_length=100"})),
             Contains("command line: error: data.max_length is 100, but " + place.path("encoder.h5") +
                      " has positions for 48"));
  CHECK_THAT(message_of(place.fine("run", {"model.pooling=cls"})),
             Contains("puts a row before each sequence"));
  CHECK_THAT(message_of(place.fine("run", {"model.num_heads=3"})),
             Contains("which does not divide model.d_model, 8"));
  CHECK_THAT(message_of(place.fine("run", {"data.format=ts", "data.train=series.ts"})),
             Contains("command line: error: model") || Contains("names an encoder of texts"));
  CHECK_THAT(message_of(place.fine("run", {"train.from=encoder.h5"})), Contains("both name a checkpoint"));
  CHECK_THAT(message_of(place.fine("run", {"model.init_from=none.h5"})), Contains("none.h5"));
  CHECK_THAT(message_of(place.fine("run", {"data.long=windows"})), Contains("data.special_tokens is true"));
  TrainRequest from = place.fine("run");
  from.config_path = "";
  from.from = place.path("encoder.h5");
  from.data = place.path("train.tsv");
  CHECK_THAT(message_of(from), Contains("is an encoder without a head"));
  CHECK_FALSE(fs::exists(place.root / "run"));
}

TEST_CASE("two texts a record are two segments of the encoder", "[start]") {
  const FineTuning place("pairs");
  std::ofstream pairs(place.root / "pairs.csv");
  pairs << "label,a,b\n";
  for (int i = 0; i < 20; ++i) pairs << (i % 2 ? "yes,AC GT,GT" : "no,AC,TT GA") << i << "\n";
  pairs.close();
  notes_of(place.fine(
      "run", {"data.train=pairs.csv", "data.format.type=csv", "data.format.text_columns=[\"a\",\"b\"]"}));
  const Model encoder = Model::load_encoder(place.path("encoder.h5")),
              start = Model::load(place.path("run/start.h5"));
  CHECK(start.preprocessing.texts == 2);
  CHECK(numbers_of(start, "embedding.segment") == numbers_of(encoder, "embedding.segment"));
}
