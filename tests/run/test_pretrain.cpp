// Training without labels: on files of every kind, the same bits on any threads and after a resume, and as
// the encoder that training with labels starts from.
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "runs.hpp"

using namespace orochi;
using catch_matchers::Contains;
using orochi::testing::message_of;
using orochi::testing::notes_of;
using orochi::testing::numbers_of;

namespace {

const std::string series =
    "1,2,3,1,0,1,2,4\n5,9,7,6,5,4,9,9\n4,4,1,0,2,4,4,5\n2,2,3,4,5,2,1,2\n0,1,2,1,3,5,6,6\n3,1,2,4,1,0,1,3\n";

/// The workplace with a config that needs no labels, unlabelled texts, and series in two formats.
struct PreTraining : Workplace {
  explicit PreTraining(const std::string& name) : Workplace("pretrain-" + name) {
    std::ofstream lines(root / "lines.txt");
    std::ifstream labelled(root / "train.tsv");
    for (std::string line; std::getline(labelled, line);) lines << line.substr(line.find('\t') + 1) << "\n\n";
    std::ofstream head(root / "series.ts");
    head << "@timeStamps false\n@univariate true\n@classLabel false\n@data\n" << series;
  }
  TrainRequest pretrain(const std::string& run, std::vector<std::string> overrides = {}) const {
    TrainRequest request = this->request(run);
    request.overrides = {"task=masked_tokens", "data.test="};
    request.overrides.insert(request.overrides.end(), overrides.begin(), overrides.end());
    return request;
  }
  std::string path(const std::string& file) const { return (root / file).string(); }
};

}  // namespace

TEST_CASE("tokens without labels train in the same bits on 1 and 2 threads, and after a resume") {
  const PreTraining place("bits");
  TrainRequest one = place.pretrain("one");
  one.threads = 1;
  CHECK_THAT(notes_of(one), Contains("masked tokens to predict"));
  notes_of(place.pretrain("two"));
  CHECK((place.bytes("one/last.h5") == place.bytes("two/last.h5")));
  TrainRequest part = place.pretrain("part");
  part.max_steps = 5;
  notes_of(part);
  TrainRequest resumed;
  resumed.run = place.path("part");
  resumed.resume = true;
  notes_of(resumed);
  CHECK((place.bytes("part/last.h5") == place.bytes("one/last.h5")));
  CHECK((place.bytes("part/best.h5") == place.bytes("one/best.h5")));
}

TEST_CASE("it learns what the texts are like") {
  const PreTraining place("learns");
  std::ofstream lines(place.root / "lines.txt");
  for (int i = 0; i < 200; ++i) lines << (i % 2 ? "ACACACACA" : "CACACACAC") << "\n";
  lines.close();
  Silent silent;
  train(place.pretrain("run", {"data.train=lines.txt", "data.format=text", "train.epochs=15"}), builtin(),
        silent);
  const Model model = Model::load(place.path("run/best.h5"));
  CHECK(model.metrics[1].name == "perplexity");
  CHECK(silent.records.back().validation[1] < 1.1);  // of 3 tokens; every letter says every other
  CHECK(numbers_of(model, "head.weight").empty());   // the embedding is in its place
  CHECK(numbers_of(model, "head.bias").size() == 3);
  CHECK(numbers_of(model, "mask.weight").size() == 16);
}

TEST_CASE("the same texts give the same model from labelled and unlabelled files") {
  const PreTraining place("formats");
  std::ofstream csv(place.root / "lines.csv"), jsonl(place.root / "lines.jsonl"),
      fasta(place.root / "lines.fasta");
  std::ifstream lines(place.root / "lines.txt");
  csv << "text\n";
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    csv << line << "\n";
    jsonl << R"({"label": ["a", "b"], "text": ")" << line << "\"}\n";
    fasta << ">x\n" << line << "\n";
  }
  csv.close(), jsonl.close(), fasta.close();
  notes_of(place.pretrain("tsv"));
  const std::vector<Scalar> expected = numbers_of(Model::load(place.path("tsv/best.h5")), "embedding.weight");
  for (const std::string format : {"text", "csv", "jsonl", "fasta"}) {
    const std::string file = "lines." + (format == "text" ? "txt" : format);
    notes_of(place.pretrain(format, {"data.train=" + file, "data.format=" + format}));
    INFO(format);
    CHECK(numbers_of(Model::load(place.path(format + "/best.h5")), "embedding.weight") == expected);
  }
}

TEST_CASE("training with labels starts from what was pre-trained") {
  const PreTraining place("start");
  notes_of(place.pretrain("before"));
  std::ofstream(place.root / "fine.toml") << "[data]\ntrain = \"train.tsv\"\ntest = \"test.tsv\"\n"
                                             "max_length = 9\n[model]\ninit_from = \"before\"\n"
                                             "[train]\nepochs = 2\n";
  TrainRequest fine = place.request("after");
  fine.config_path = place.path("fine.toml");
  CHECK_THAT(notes_of(fine), Contains("new: head.weight, head.bias"));
  const Model before = Model::load(place.path("before/best.h5")),
              start = Model::load(place.path("after/start.h5"));
  CHECK(numbers_of(start, "embedding.weight") == numbers_of(before, "embedding.weight"));
  CHECK(numbers_of(start, "encoder.0.attention.query.weight") ==
        numbers_of(before, "encoder.0.attention.query.weight"));
  CHECK(numbers_of(start, "mask.weight").empty());
  CHECK(Model::load(place.path("after/best.h5")).predict("ACGTACGTA").labels.size() == 1);
  CHECK_THROWS_WITH(before.predict("ACGTACGTA"),
                    Contains("pre-trained without labels") && Contains("init_from"));
  fine.run = place.path("other");
  fine.overrides = {"model.pooling=cls"};
  CHECK_THAT(message_of(fine), Contains("was trained without one") && Contains("choose a pooling"));
}

TEST_CASE("pre-training goes on from a checkpoint, on new texts") {
  const PreTraining place("further");
  notes_of(place.pretrain("before"));
  TrainRequest more = place.request("more");
  more.config_path = "";
  more.from = place.path("before");
  more.data = place.path("test.tsv");
  notes_of(more);
  const Model before = Model::load(place.path("before/best.h5")),
              start = Model::load(place.path("more/start.h5"));
  for (const char* name : {"embedding.weight", "mask.weight", "head.bias"})
    CHECK(numbers_of(start, name) == numbers_of(before, name));
}

TEST_CASE("hidden rows of numbers are learned from .ts files with and without labels") {
  const PreTraining place("rows");
  const std::vector<std::string> options{"task=masked_rows", "data.train=series.ts", "data.format=ts",
                                         "data.tokenizer=word", "train.batch_size=4"};
  CHECK_THAT(notes_of(place.pretrain("run", options)), Contains("masked rows to predict, 1 channel"));
  const Model model = Model::load(place.path("run/best.h5"));
  CHECK(model.metrics[1].name == "r2");
  CHECK(numbers_of(model, "head.weight").size() == 16);
  std::ofstream labelled(place.root / "labelled.ts");
  labelled << "@timeStamps false\n@univariate true\n@classLabel true a b\n@data\n";
  std::istringstream lines(series);
  for (std::string line; std::getline(lines, line);) labelled << line << ":a\n";
  labelled.close();
  notes_of(place.pretrain("same", {"task=masked_rows", "data.train=labelled.ts", "data.format=ts",
                                   "data.tokenizer=word", "train.batch_size=4"}));
  CHECK(numbers_of(Model::load(place.path("same/best.h5")), "mask.weight") ==
        numbers_of(model, "mask.weight"));
}

TEST_CASE("what cannot be asked is refused with the next step") {
  const PreTraining place("refused");
  CHECK_THAT(message_of(place.pretrain("run", {"task=masked_rows"})),
             Contains("task.type is \"masked_rows\", but the data is text; set task = \"masked_tokens\""));
  CHECK_THAT(message_of(place.pretrain("run", {"task.whole_words=true"})),
             Contains("task.whole_words=true") && Contains("goes on with a word"));
  CHECK_THAT(message_of(place.pretrain("run", {"model.embedding_dim=8"})),
             Contains("leave model.embedding_dim out"));
  CHECK_THAT(message_of(place.pretrain("run", {"data.train=lines.txt"})),
             Contains("no tab in") && Contains("set data.format = \"text\""));
  TrainRequest labelled = place.request("run");
  labelled.overrides = {"data.train=lines.txt", "data.test=", "data.format=text"};
  CHECK_THAT(message_of(labelled), Contains("data.format = \"text\" has no labels"));
  CHECK_FALSE(fs::exists(place.root / "run"));
}
