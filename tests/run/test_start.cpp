// Training that starts from a checkpoint: what it keeps, what it adds, what it refuses, and that it resumes.
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "runs.hpp"

using namespace orochi;
using catch_matchers::Contains;
using orochi::testing::notes_of;
using orochi::testing::numbers_of;

namespace {

using Words = std::vector<std::string>;

/// The workplace with a run "old" of two epochs on train.tsv, and new.tsv, which has its labels and tokens.
struct Trained : Workplace {
  explicit Trained(const std::string& name, const Words& overrides = {}, const std::string& own = "")
      : Workplace("start-" + name) {
    if (!own.empty()) write("own.tsv", own);
    TrainRequest first = request("old");
    first.overrides = overrides;
    first.overrides.emplace_back("train.epochs=2");
    Silent silent;
    train(first, builtin(), silent);
    write_data(root / "new.tsv", 120, 5);
  }
  std::string path(const std::string& file) const { return (root / file).string(); }
  TrainRequest further(const std::string& run, const std::string& data = "new.tsv") const {
    TrainRequest request;
    request.from = path("old/best.h5");
    request.data = path(data);
    request.run = path(run);
    request.threads = 2;
    return request;
  }
  Model model(const std::string& file) const { return Model::load(path(file)); }
  void write(const std::string& file, const std::string& text) const { std::ofstream(root / file) << text; }
};

std::vector<Scalar> flat(const Model& model) {
  const std::span<const Scalar> all = std::as_const(*model.classifier).parameters().flat();
  return {all.begin(), all.end()};
}

std::vector<Scalar> first_of(std::vector<Scalar> numbers, std::size_t count) {
  REQUIRE(count < numbers.size());
  numbers.resize(count);
  return numbers;
}

Words vocabulary_of(const Model& model) {
  Words tokens;
  for (std::int32_t id = 0; id < model.preprocessing.vocabulary_size(); ++id)
    tokens.push_back(model.preprocessing.tokenizer->token(id));
  return tokens;
}

/// Trains; returns the notes.
Ending ending(const TrainRequest& request) {
  Silent silent;
  return ending_of(request, silent, builtin());
}

}  // namespace

TEST_CASE("before its first step a run is the model that it starts from", "[start]") {
  const Trained place("same");
  TrainRequest request = place.further("more");
  request.overrides = {"train.seed=7", "train.epochs=1", "model.dropout=0.3"};
  const std::string notes = notes_of(request);
  CHECK_THAT(notes, Contains("data.test of " + place.path("old/best.h5") + " is not used"));
  CHECK_THAT(notes, Contains("starting from " + place.path("old/best.h5")));
  CHECK_THAT(notes, Contains("validation: 24 sequences"));  // a fifth of the new data
  const Model old = place.model("old/best.h5"), start = place.model("more/start.h5");
  CHECK(flat(old) == flat(start));
  for (const char* text : {"ACGTACGTA", "CCCCCCCCC", "GAAT"})
    CHECK(old.predict(text).scores == start.predict(text).scores);
  CHECK(flat(old) != flat(place.model("more/last.h5")));
  CHECK(start.config.train.from == "start.h5");
  CHECK(start.config.model.dropout == 0.3);
  CHECK(start.config.data.test.empty());
  CHECK(start.progress.step == 0);
}

TEST_CASE("labels and tokens are added behind those that there are, and noted", "[start]") {
  const Trained place("added");
  place.write("new.tsv", place.bytes("new.tsv") + "maybe\tNNNNACGTN\nmaybe\tNRNNACGTN\nabout\tRNNNACGTN\n");
  TrainRequest request = place.further("more");
  request.overrides = {"train.epochs=1", "data.validation_fraction=0"};
  const Ending refused = ending(request);
  CHECK(refused.code == 2);
  CHECK_THAT(refused.message,
             Contains("new.tsv: error: 2 labels that the model does not know: \"about\", \"maybe\"; "
                      "--add-labels adds them to its own"));
  CHECK_THAT(refused.message, Contains("new.tsv:121: error: label \"maybe\""));
  CHECK_FALSE(fs::exists(place.root / "more"));
  request.add_labels = request.add_tokens = true;
  const std::string notes = notes_of(request);
  CHECK_THAT(notes, Contains("added 2 labels: \"about\", \"maybe\"\n"));
  CHECK_THAT(notes, Contains("added 2 tokens to the vocabulary of 5\n"));
  const Model old = place.model("old/best.h5"), start = place.model("more/start.h5");
  CHECK(start.task->strata_names() == Words{"no", "yes", "about", "maybe"});
  Words vocabulary = vocabulary_of(old);
  vocabulary.insert(vocabulary.end(), {"n", "r"});  // the more frequent first
  CHECK(vocabulary_of(start) == vocabulary);
  Model fresh = place.model("more/start.h5");
  fresh.classifier->parameters().initialize(42);
  for (const char* name : {"embedding.weight", "head.weight", "head.bias"}) {
    INFO(name);
    const std::vector<Scalar> before = numbers_of(old, name), now = numbers_of(start, name);
    CHECK(first_of(now, before.size()) == before);
    const std::vector<Scalar> drawn = numbers_of(fresh, name);
    const auto rest = static_cast<std::ptrdiff_t>(before.size());
    CHECK(std::vector<Scalar>(now.begin() + rest, now.end()) ==
          std::vector<Scalar>(drawn.begin() + rest, drawn.end()));
  }
  // Scores of the old labels keep their ratio: their logits are the same.
  const std::vector<double> a = old.predict("ACGTACGTA").scores, b = start.predict("ACGTACGTA").scores;
  CHECK(std::abs(a[0] / a[1] - b[0] / b[1]) < 1e-12 * a[0] / a[1]);
}

TEST_CASE("without --add-tokens new tokens stay unknown, and vocab_size bounds what is added", "[start]") {
  const Trained place("tokens");
  place.write("new.tsv", place.bytes("new.tsv") + "yes\tNRA\nno\tNRT\nno\tNTT\n");
  TrainRequest request = place.further("unknown");
  request.overrides = {"train.epochs=1", "data.validation_fraction=0"};
  CHECK_THAT(notes_of(request), Contains("a vocabulary of 5 tokens"));
  CHECK(vocabulary_of(place.model("unknown/best.h5")) == vocabulary_of(place.model("old/best.h5")));
  request = place.further("bounded");
  request.overrides = {"train.epochs=1", "data.validation_fraction=0", "data.tokenizer.vocab_size=6"};
  CHECK_THAT(ending(request).message, Contains("data.tokenizer.vocab_size: 30000 -> 6"));
  request.add_tokens = true;
  CHECK_THAT(notes_of(request), Contains("added 1 token to the vocabulary of 5\n"));
  CHECK(vocabulary_of(place.model("bounded/best.h5")).back() == "n");
}

TEST_CASE("a run that started from a checkpoint resumes to the same bits", "[start]") {
  const Trained place("resume");
  place.write("new.tsv", place.bytes("new.tsv") + "maybe\tNNNNACGTN\nmaybe\tNRNNACGTN\n");
  const auto asked = [&](const std::string& run) {
    TrainRequest request = place.further(run);
    request.add_labels = request.add_tokens = true;
    request.overrides = {"train.epochs=3"};
    return request;
  };
  notes_of(asked("whole"));
  TrainRequest part = asked("part");
  part.max_steps = 4;
  notes_of(part);
  notes_of(asked("killed"));
  for (const char* file : {"last.h5", "last-1.h5", "best.h5"}) fs::remove(place.root / "killed" / file);
  fs::remove_all(place.root / "old");  // the run has its own start
  for (const std::string run : {"part", "killed"}) {
    TrainRequest resumed;
    resumed.run = place.path(run);
    resumed.resume = true;
    notes_of(resumed);
    CHECK((place.bytes(run + "/last.h5") == place.bytes("whole/last.h5")));
    CHECK((place.bytes(run + "/best.h5") == place.bytes("whole/best.h5")));
  }
  TrainRequest again;  // the config of the run folder is a whole one
  again.config_path = place.path("whole/config.toml");
  again.run = place.path("again");
  CHECK_THAT(notes_of(again), Contains("starting from " + place.path("whole/start.h5")));
  CHECK((place.bytes("again/best.h5") == place.bytes("whole/best.h5")));
}

TEST_CASE("a run folder stands for its best.h5, and train.from for --from", "[start]") {
  const Trained place("named");
  TrainRequest request = place.further("a");
  request.from = place.path("old");
  request.overrides = {"train.epochs=1"};
  notes_of(request);
  TrainRequest config = place.request("b");
  config.overrides = {"train.epochs=1", "train.from=old/best.h5", "data.train=new.tsv", "data.test="};
  notes_of(config);
  CHECK(flat(place.model("a/last.h5")) == flat(place.model("b/last.h5")));
}

TEST_CASE("what makes another model, and what does not go together, is refused", "[start]") {
  const Trained place("refused");
  TrainRequest request = place.further("more");
  request.overrides = {"model.d_model=32", "data.max_length=8", "train.epochs=1"};
  const Ending other = ending(request);
  CHECK(other.code == 2);
  CHECK_THAT(other.message, Contains("best.h5 is of another model than the configuration asks for:\n"
                                     "  data.max_length: 9 -> 8\n  model.d_model: 16 -> 32\n"
                                     "leave these keys as they are"));
  request.overrides = {"task.class_weights=[1, 2, 3]"};
  CHECK_THAT(ending(request).message, Contains("command line: error: task.class_weights") &&
                                          Contains("class_weights has 3 numbers, but the data has 2 labels"));
  const auto refuses = [&](const std::string& message, const std::function<void(TrainRequest&)>& change) {
    TrainRequest changed = place.further("more");
    change(changed);
    CHECK_THAT(ending(changed).message, Contains(message));
  };
  refuses("--from needs the data to train on: --data FILE", [](TrainRequest& r) { r.data = ""; });
  refuses("--data and data.train both name the data",
          [](TrainRequest& r) { r.overrides = {"data.train=other.tsv"}; });
  refuses("--from starts a run and --resume goes on with one", [](TrainRequest& r) { r.resume = true; });
  refuses("--from takes the checkpoint's config; leave \"small.toml\" out",
          [](TrainRequest& r) { r.config_path = "small.toml"; });
  refuses("--data goes with --from", [](TrainRequest& r) { r.from = ""; });
  refuses("none.h5: error: no such run or checkpoint",
          [&](TrainRequest& r) { r.from = place.path("none.h5"); });
  TrainRequest plain = place.request("plain");
  plain.add_tokens = true;
  CHECK_THAT(ending(plain).message, Contains("go with a checkpoint to start from: --from CHECKPOINT"));
  TrainRequest resumed = place.request("old");
  resumed.resume = resumed.add_labels = true;
  CHECK_THAT(ending(resumed).message, Contains("labels and tokens are added when a run starts"));
  CHECK_FALSE(fs::exists(place.root / "more"));
}

TEST_CASE("a task of numbers keeps its scale and takes no labels", "[start]") {
  const Trained place("numbers", {"task=regression", "data.train=own.tsv", "data.test="},
                      "1\tACG\n3\tAGG\n5\tACT\n2\tTCG\n4\tATT\n");
  place.write("new.tsv", "100\tACG\n300\tAGG\n500\tACT\n250\tTTT\n");
  TrainRequest request = place.further("more");
  request.overrides = {"train.epochs=1", "data.validation_fraction=0", "train.divergence_factor=0"};
  notes_of(request);
  State before, after;
  place.model("old/best.h5").task->save(before);
  place.model("more/best.h5").task->save(after);
  CHECK(before == after);
  request.run = place.path("labels");
  request.add_labels = true;
  CHECK_THAT(ending(request).message, Contains("this task takes no further labels; leave --add-labels out"));
}

TEST_CASE("numeric rows keep their mean and std, and have no tokens", "[start]") {
  const Trained place("rows", {"data.format=ucr", "data.train=own.tsv", "data.test="},
                      "a\t1\t2\t3\nb\t4\t5\t7\na\t1\t1\t2\nb\t6\t5\t9\n");
  place.write("new.tsv", "a\t100\t200\nb\t300\t900\na\t120\t130\nb\t1000\t500\n");
  TrainRequest request = place.further("more");
  request.overrides = {"train.epochs=1", "data.validation_fraction=0"};
  notes_of(request);
  const Preprocessing before = place.model("old/best.h5").preprocessing,
                      after = place.model("more/best.h5").preprocessing;
  CHECK(before.mean == after.mean);
  CHECK(before.deviation == after.deviation);
  request.run = place.path("tokens");
  request.add_tokens = true;
  CHECK_THAT(ending(request).message, Contains("which have no tokens"));
}

TEST_CASE("the separator of pairs keeps its row when tokens are added before it", "[start]") {
  const std::string file = "text,other,label\na b,c,same\na c,d,same\nb c,a,other\nd d,b,other\n";
  const Trained place(
      "pairs",
      {"data.format={type = \"csv\", text_columns = [\"text\", \"other\"]}", "data.train=own.tsv",
       "data.test=", "data.validation_fraction=0", "data.tokenizer=word"},
      file);
  place.write("new.tsv", file + "e f,g,same\n");
  TrainRequest request = place.further("more");
  request.add_tokens = true;
  request.overrides = {"train.epochs=1"};
  notes_of(request);
  const Model old = place.model("old/best.h5"), start = place.model("more/start.h5");
  CHECK(start.preprocessing.vocabulary_size() == old.preprocessing.vocabulary_size() + 3);
  CHECK(old.predict("a b\tc").scores == start.predict("a b\tc").scores);
}

TEST_CASE("several labels a sequence and a label a row take further ones", "[start]") {
  const Words common{"data.train=own.tsv", "data.test=", "data.validation_fraction=0", "data.tokenizer=word"};
  Words several = common, rows = common;
  several.emplace_back("task=multi_label");
  rows.emplace_back("task=token_labels");
  {
    const Trained place("several", several, "x,y\ta b\ny\tb b\n\tc a\n");
    place.write("new.tsv", "x,z\ta b\ny\tb b\nw\tc\n");
    TrainRequest request = place.further("more");
    request.add_labels = true;
    CHECK_THAT(notes_of(request), Contains("added 2 labels: \"w\", \"z\""));
    CHECK(place.model("more/best.h5").task->score_names() == Words{"x", "y", "w", "z"});
    CHECK(place.model("more/start.h5").predict("a b").scores.size() == 4);
  }
  const Trained place("rows-labels", rows, "O B-x\ta b\nO O\tb b\n");
  place.write("new.tsv", "O B-y\ta b\nO B-x\tb b\n");
  TrainRequest request = place.further("more");
  CHECK_THAT(ending(request).message, Contains("1 label that the model does not know: \"B-y\"; "
                                               "--add-labels adds it to its own"));
  request.add_labels = true;
  notes_of(request);
  CHECK(place.model("more/best.h5").task->score_names() == Words{"B-x", "O", "B-y"});
}

TEST_CASE("where the data is may change, and a config that starts from a checkpoint resumes", "[start]") {
  const Trained place("config");
  TrainRequest request = place.further("disk");
  request.overrides = {"data.storage=disk", "train.epochs=1"};
  CHECK(ending(request).code == 0);
  request = place.further("windows");
  request.overrides = {"data.long=windows", "train.epochs=1"};
  CHECK(ending(request).code == 0);

  request = place.request("more");
  request.overrides = {"train.from=old/best.h5", "train.epochs=2"};
  request.max_steps = 3;
  CHECK(ending(request).code == 0);
  fs::remove_all(place.root / "old");
  request.resume = true;
  request.max_steps = 0;
  CHECK(ending(request).message.empty());
}
