// orochi train from outside: results, resuming.
#include <sstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
}  // namespace

TEST_CASE("results on standard output, the rest on standard error") {
  const Workplace place("train");
  const std::string run = place.path("my run");
  const Outcome outcome =
      orochi_program({"train", place.path("small.toml"), "train.epochs=3", "--run", run, "--threads", "2"});
  REQUIRE(outcome.code == 0);
  CHECK(has(outcome.out, "steps        12 ("));
  CHECK(has(outcome.out, ": validation accuracy "));
  CHECK(has(outcome.out, "best.h5 on the test file:\n"));
  CHECK(has(outcome.out, "predict '" + run + "' FILE\n"));
  CHECK(has(outcome.err, "training: 12 steps\n"));
  CHECK(has(outcome.err, "epoch 3       12  "));
  CHECK_FALSE(has(outcome.err, "\r"));
  const Outcome again = orochi_program({"train", place.path("small.toml"), "--run", run});
  CHECK(again.code == 2);
  CHECK(has(again.err, "--resume"));
  CHECK(has(again.err, "--overwrite"));
  CHECK(again.out.empty());
}

TEST_CASE("an epoch as good as the best is a tie, and without validation data none is best") {
  const Workplace place("ties");
  const auto marks = [&](const std::string& setting) {
    const Outcome outcome =
        orochi_program({"train", place.path("small.toml"), "train.epochs=3", setting,
                        "train.learning_rate=1e-30", "--run", place.path(setting.substr(0, 9))});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    std::string found;
    std::istringstream lines(outcome.err);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("epoch")) found += line.substr(line.find_last_of(' ') + 1) + " ";
    return found;
  };
  CHECK(marks("train.seed=1") == "best tie tie ");
  CHECK_FALSE(has(marks("data.validation_fraction=0"), "best"));
}

TEST_CASE("a section of a layer that has no place in the model is noted") {
  const Workplace place("unused-layer");
  const auto note = [&](const std::string& setting) {
    return orochi_program({"train", place.path("small.toml"), setting, "--dry-run"}).err;
  };
  CHECK(has(note("layer.input_projection.kernel_size=3"),
            "[layer.input_projection] is not used: it is for numbers, and the data are texts\n"));
  CHECK_FALSE(has(note("layer.token_embedding.ngrams=2"), "is not used"));
  CHECK(has(note("data.missing=mean"),
            "data.missing is not used: it is for numbers, and the data are texts\n"));
  CHECK_FALSE(has(note("train.monitor=macro_f1"), "is not used"));
  CHECK_FALSE(has(note("data.validation_fraction=0"), "is not used"));
  const Outcome outcome = orochi_program({"train", place.path("small.toml"), "train.monitor=macro_f1",
                                          "data.validation_fraction=0", "--dry-run"});
  CHECK(has(outcome.err, "train.monitor is not used: there is no validation data"));
}

TEST_CASE("a run that was left off says how to go on, and goes on") {
  const Workplace place("resume");
  const std::string config = place.path("small.toml"), run = place.path("run"), whole = place.path("whole");
  REQUIRE(orochi_program({"train", config, "--run", whole}).code == 0);
  const Outcome part = orochi_program({"train", config, "--run", run, "--max-steps", "3"});
  CHECK(part.code == 0);
  CHECK(has(part.out, " train --resume --run " + run + "\n"));
  CHECK_FALSE(has(part.out, "evaluate"));
  REQUIRE(orochi_program({"train", "--resume", "--run", run}).code == 0);
  CHECK(bytes(run + "/last.h5") == bytes(whole + "/last.h5"));
  const Outcome other = orochi_program({"train", "--resume", "--run", run, "model.num_heads=4"});
  CHECK(other.code == 2);
  CHECK(has(other.err, "model.num_heads"));
}

TEST_CASE("the training data may come from standard input") {
  const Workplace place("stdin");
  const std::string config = place.path("small.toml"), run = place.path("run"), whole = place.path("whole");
  const std::string data = bytes(place.path("train.tsv"));
  REQUIRE(orochi_program({"train", config, "--run", whole}).code == 0);
  REQUIRE(orochi_program({"train", config, "--run", run, "data.train=-", "--max-steps", "3"}, data).code ==
          0);
  const Outcome without = orochi_program({"train", "--resume", "--run", run});
  CHECK(without.code == 2);
  CHECK(has(without.err, "/dev/stdin: error: the file is empty; expected labelled sequences"));
  const Outcome other = orochi_program({"train", "--resume", "--run", run}, data.substr(data.find('\n') + 1));
  CHECK(other.code == 2);
  CHECK(has(other.err, "restore the files it was trained on"));
  REQUIRE(orochi_program({"train", "--resume", "--run", run}, data).code == 0);
  const Outcome tested =
      orochi_program({"evaluate", run + "/best.h5", "--data", "-"}, bytes(place.path("test.tsv")));
  CHECK(tested.code == 0);
  CHECK(tested.out == orochi_program({"evaluate", whole + "/best.h5"}).out);
  const Outcome twice =
      orochi_program({"train", config, "--run", place.path("two"), "data.train=-", "data.test=-"}, data);
  CHECK(twice.code == 2);
  CHECK(has(twice.err, "data.train and data.test are both standard input, which can be read once"));
}

TEST_CASE("a layer that the config leaves no columns says so") {
  const Workplace place("narrow");
  const Outcome outcome =
      orochi_program({"train", place.path("small.toml"), "--run", place.path("run"),
                      "model.activation=multi_head_attention", "model.dim_feedforward=1"});
  CHECK(outcome.code == 2);
  CHECK(has(outcome.err,
            "\"encoder.0.feed_forward.activation\" has 1 columns, too few for model.num_heads = 2"));
}

TEST_CASE("errors of a config come all at once; divergence has its own exit code") {
  const Workplace place("errors");
  const Outcome wrong =
      orochi_program({"train", place.path("small.toml"), "model.num_head=2", "train.epochs=zero"});
  CHECK(wrong.code == 2);
  CHECK(has(wrong.err, "num_heads"));
  CHECK(has(wrong.err, "train.epochs"));
  const Outcome diverged = orochi_program({"train", place.path("small.toml"), "--run", place.path("run"),
                                           "train.learning_rate=1e38", "train.optimizer=sgd",
                                           "train.max_grad_norm=0", "train.epochs=50"});
  CHECK(diverged.code == 3);
  CHECK(diverged.out.empty());
  CHECK(has(diverged.err, "diverged"));
}

TEST_CASE("several training files are resumed, reported and protected as one is") {
  const Workplace place("several");
  const std::string config = place.path("small.toml"), run = place.path("run"), whole = place.path("whole");
  const std::string data = bytes(place.path("train.tsv"));
  const std::size_t half = data.find('\n', data.size() / 2) + 1;
  std::filesystem::create_directories(place.path("parts"));
  std::ofstream(place.path("parts/one.tsv")) << data.substr(0, half);
  std::ofstream(place.path("parts/two.tsv")) << data.substr(half);
  const std::string parts = "data.train=[\"parts/one.tsv\", \"parts/two.tsv\"]";
  REQUIRE(orochi_program({"train", config, "--run", whole, "data.test="}).code == 0);
  REQUIRE(orochi_program({"train", config, "--run", run, parts, "data.test=", "--max-steps", "3"}).code == 0);
  REQUIRE(orochi_program({"train", "--resume", "--run", run}).code == 0);
  const std::string test = place.path("test.tsv");
  CHECK(orochi_program({"evaluate", run + "/best.h5", "--data", test}).out ==
        orochi_program({"evaluate", whole + "/best.h5", "--data", test}).out);
  CHECK(has(bytes(run + "/config.toml"), "train = [\"../parts/one.tsv\", \"../parts/two.tsv\"]"));
  const Outcome over = orochi_program({"report", run, "--data", test, "--out", place.path("parts/two.tsv")});
  CHECK(over.code == 2);
  CHECK(has(over.err, "which would be gone"));
  CHECK(orochi_program({"report", run, "--out", place.path("report.html")}).code == 0);
  std::ofstream(place.path("parts/two.tsv"), std::ios::app) << "yes\tAAAA\n";
  const Outcome changed = orochi_program({"train", "--resume", "--run", run});
  CHECK(changed.code == 2);
  CHECK(has(changed.err, "restore the files it was trained on"));
  const Outcome twice = orochi_program(
      {"train", config, "--run", place.path("two"), "data.train=[\"-\", \"train.tsv\", \"-\"]"}, data);
  CHECK(twice.code == 2);
  CHECK(has(twice.err, "data.train[0] and data.train[2] are both standard input"));
}

TEST_CASE("several seeds are one model to the other verbs") {
  const Workplace place("train-seeds");
  const std::vector<std::string> words{"train", place.path("small.toml"), "--seeds", "2",
                                       "--run", place.path("runs")};
  const Outcome outcome = orochi_program(words);
  REQUIRE(outcome.code == 0);
  for (const char* part :
       {"\nseed-", "\nmean ", "\nstd ", "the mean of all 2 as one model on the test data:"})
    CHECK(outcome.out.find(part) != std::string::npos);
  const Outcome again = orochi_program(words);
  CHECK(again.code == 2);
  CHECK(has(again.err, "seed-42 holds a run already"));
  std::vector<std::string> resumed = words;
  resumed.emplace_back("--resume");
  CHECK(orochi_program(resumed).out == outcome.out);
  CHECK(orochi_program({"evaluate", place.path("runs")}).code == 0);
  const Outcome heads = orochi_program({"ablate", place.path("runs")});
  CHECK(heads.code == 2);
  CHECK(heads.err.find("mean of 2 members") != std::string::npos);
}

TEST_CASE("reproduce says bit for bit, or where a run differs and why") {
  const Workplace place("train-reproduce");
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", place.path("run")}).code == 0);
  const auto reproduce = [&] { return orochi_program({"reproduce", place.path("run"), "--threads", "1"}); };
  const Outcome same = reproduce();
  CHECK(same.code == 0);
  CHECK(same.out.starts_with("bit for bit: "));
  CHECK_FALSE(std::filesystem::exists(place.path("run/again")));
  std::ifstream in(place.path("run/metrics.jsonl"));
  std::string metrics{std::istreambuf_iterator<char>(in), {}};
  const std::size_t second = metrics.find("\"train_loss\":", metrics.find('\n')) + 13;
  std::ofstream(place.path("run/metrics.jsonl")) << metrics.replace(second, 1, "7");
  const Outcome other = reproduce();
  CHECK(other.code == 1);
  CHECK(other.out.find("not the same: from epoch 2 (step ") != std::string::npos);
  CHECK(other.out.find("train_loss 7") != std::string::npos);
  CHECK(std::filesystem::exists(place.path("run/again")));
  CHECK(reproduce().out == other.out);  // what was left there is no hindrance
  std::ofstream(place.path("train.tsv"), std::ios::app) << "yes\tAAAAAAAAA\nno\tCCCCCCCCC\n";
  const Outcome data = reproduce();
  CHECK(data.code == 1);
  CHECK(data.out.find("the training data holds other sequences") != std::string::npos);
  CHECK(orochi_program({"reproduce", place.path("nothing")}).code == 2);
}
