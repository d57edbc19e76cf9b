// What a new user tries: replacing a run, looking before training, wrong files in wrong places.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using nlohmann::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("--overwrite replaces a run's own files, and only once all is found good") {
  const Workplace place("overwrite");
  const std::string config = place.path("small.toml"), run = place.path("run");
  REQUIRE(orochi_program({"train", config, "--run", run, "train.refit=true"}).code == 0);
  std::ofstream(run + "/notes.txt") << "mine";
  const std::string before = contents(run + "/last.h5");
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"train.epochs=0"},
                                                {"data.train=nothing.tsv"},
                                                {"data.tokenizer.min_count=9999"}}) {
    std::vector<std::string> words{"train", config, "--run", run, "--overwrite"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    CHECK(orochi_program(words).code == 2);
    CHECK(contents(run + "/last.h5") == before);
  }
  CHECK(orochi_program({"train", config, "--run", run, "--overwrite", "--resume"}).code == 2);
  const Outcome again = orochi_program({"train", config, "--run", run, "--overwrite", "train.seed=7", "-q"});
  CHECK(again.code == 0);
  CHECK(again.err.empty());
  CHECK(contents(run + "/last.h5") != before);
  CHECK(contents(run + "/notes.txt") == "mine");
  CHECK_FALSE(std::filesystem::exists(run + "/refit"));
  std::filesystem::remove(run + "/config.toml");  // as in a folder of --seeds: no run that is known
  const Outcome strange = orochi_program({"train", config, "--run", run, "--overwrite"});
  CHECK(strange.code == 2);
  CHECK(contains(strange.err, "is not the folder of one run"));
  CHECK(std::filesystem::exists(run + "/best.h5"));
}

TEST_CASE("every verb answers a missing run, and a missing checkpoint of one, with the same words") {
  const Workplace place("missing");
  const std::string run = place.path("runs/one"), empty = place.path("runs/none");
  std::filesystem::create_directories(run);
  std::filesystem::create_directories(empty);
  std::ofstream(run + "/config.toml") << contents(place.path("small.toml"));
  std::ofstream(run + "/environment.json") << "{}";
  const std::vector<std::string> words{"report",         "evaluate",
                                       "predict",        "inspect",
                                       "embed",          "explain",
                                       "attend",         "ablate",
                                       "export --out x", "reproduce",
                                       "baseline",       "compare runs/one",
                                       "train --from",   "train --resume --run"};
  const auto said = [&](const std::string& words, const std::string& of) {
    const std::string rest = words.starts_with("train --from") ? " --data train.tsv" : "";
    const Outcome outcome =
        Child({"-c",
               "cd '" + place.root.string() + "' && exec \"$0\" " + words + " " + of + rest + " </dev/null",
               std::getenv("OROCHI_PROGRAM")},
              "", "/bin/sh")
            .finish();
    INFO(words);
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  for (const std::string& verb : words) {
    CHECK(said(verb, "runs/onee") ==
          "runs/onee: error: no such run or checkpoint; did you mean \"runs/one\"?\n");
    if (!verb.starts_with("compare"))  // which opens runs/one first
      CHECK(contains(said(verb, "runs/none"), "runs/none: error: holds no run: there is no "));
    CHECK(contains(said(verb, "elsewhere"),
                   "elsewhere: error: no such run or checkpoint; the runs here: runs/one\n"));
  }
  CHECK(said("bench", "runs/onee") == said("inspect", "runs/onee"));
  CHECK(
      contains(said("bench", "runs/none"), "runs/none: error: holds no run: there is no config.toml in it"));
  CHECK(contains(said("bench", "tinny"), "\"tinny\" is neither a workload (tiny, "));
  for (const char* verb : {"report", "evaluate", "inspect"})
    CHECK(contains(
        said(verb, "runs/one"),
        "runs/one: error: the run has no best.h5; go on with it, `orochi train --resume --run runs/one`"));
  CHECK(said("inspect", "runs/one/best.h5") == said("inspect", "runs/one"));
  std::filesystem::create_directories(place.path("runs/ip"));  // no run to go on with
  std::ofstream(place.path("runs/ip/best.h5")) << "x";
  CHECK(said("train --resume --run", "runs/ip") ==
        "runs/ip: error: holds no run: there is no config.toml in it; the runs here: runs/one\n");
  CHECK(contains(said("inspect", "runs/onee/best.h5"), "did you mean \"runs/one\"?"));
  std::filesystem::remove_all(place.root / "runs");
  CHECK(said("inspect", "x.h5") ==
        "x.h5: error: no such run or checkpoint; `orochi train CONFIG --run DIR` makes one\n");
}

TEST_CASE(
    "a folder in use is said after what is wrong with config and data, with the ways out that there are") {
  const Workplace place("in-use");
  const std::string config = place.path("small.toml"), run = place.path("run");
  const auto said = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"train", config, "--run", run};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = orochi_program(words);
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  const std::string out = "replace it by --overwrite, or choose another folder with --run DIR\n",
                    held = "orochi: " + run + " holds a run already";
  REQUIRE(orochi_program({"train", config, "--run", run, "--max-steps", "3"}).code == 0);
  CHECK(said({}) == held + "; go on with it by --resume, " + out);
  CHECK(said({"train.epochs=3"}) == held + "; go on with it by --resume, " + out);
  CHECK(said({"model.num_heads=4"}) ==
        held + ", of another configuration:\n  model.num_heads: 2 -> 4\n" + out);
  CHECK(contains(said({"train.epochs=0"}), "train.epochs is 0"));
  CHECK(contains(said({"data.train=nothing.tsv"}), "there is no file"));
  CHECK(contains(said({"data.train=~/nothing.tsv"}), "; only a shell knows ~: write \"/"));
  CHECK(contains(said({"data.tokenizer.min_count=9999"}), "min_count"));
  REQUIRE(orochi_program({"train", "--resume", "--run", run}).code == 0);
  CHECK(said({}) == held + ", which is finished; train it longer by --resume and more train.epochs, " + out);
  CHECK(said({"train.epochs=3"}) == held + "; go on with it by --resume, " + out);
  std::filesystem::remove(run + "/last.h5");
  std::filesystem::remove(run + "/last-1.h5");
  CHECK(said({}) == held + "; " + out);
}

TEST_CASE("--dry-run measures and writes nothing") {
  const Workplace place("dry-run");
  const std::string run = place.path("run");
  const Outcome dry = orochi_program({"train", place.path("small.toml"), "--run", run, "--dry-run"});
  CHECK(dry.code == 0);
  for (const char* part :
       {"training     64 sequences, 576 tokens\n", "validation   16 sequences", "parameters\n",
        "\nmemory       about ", " steps timed)\n", "8 steps in 2 epochs: ", "nothing was written\n"})
    CHECK(contains(dry.out, part));
  CHECK_FALSE(std::filesystem::exists(run));
  CHECK(orochi_program({"train", place.path("small.toml"), "--dry-run", "data.train=no.tsv"}).code == 2);
}

TEST_CASE("a run says what it was trained by, and inspect gives its config as an object") {
  const Workplace place("environment");
  const std::string config = place.path("small.toml"), run = place.path("run");
  const Outcome trained = orochi_program({"train", config, "--run", run, "train.epochs=1"});
  REQUIRE(trained.code == 0);
  CHECK(trained.out.find(" report " + run) < trained.out.find(" evaluate " + run));
  const json facts = json::parse(contents(run + "/environment.json"));
  for (const char* key :
       {"orochi", "commit", "compiler", "built_for", "cpu", "cpu_level", "kernels", "libraries"})
    CHECK(facts.contains(key));
  CHECK(contains(facts["command"], " train " + config + " --run " + run + " train.epochs=1"));
  CHECK(facts["data"].size() == 3);
  const json inspected = json::parse(orochi_program({"inspect", run, "--json"}).out);
  CHECK(inspected["config"]["train"]["epochs"] == 1);
  CHECK(inspected["config"]["data"]["tokenizer"]["type"] == "char");
  for (const char* verb : {"evaluate", "inspect"}) CHECK(orochi_program({verb, run}).code == 0);
  CHECK(orochi_program({"predict", run}, "ACGTACGTA\n").code == 0);
}

TEST_CASE("a file of another kind is told apart, and a data file that is missing has the config's line") {
  const Workplace place("kinds");
  const std::string config = place.path("small.toml"), run = place.path("run");
  REQUIRE(orochi_program({"train", config, "--run", run, "train.epochs=1"}).code == 0);
  std::ofstream(place.path("data.csv")) << "label,text\nyes,AAAA\nno,CCCC\n";
  const auto said = [](const std::vector<std::string>& words) {
    const Outcome outcome = orochi_program(words);
    CHECK(outcome.code == 2);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') <= 3);
    return outcome.err;
  };
  CHECK(contains(said({"train", place.path("data.csv")}), "this looks like data (CSV"));
  CHECK(contains(said({"config", place.path("data.csv")}), "`orochi init "));
  CHECK(
      contains(said({"train", place.path("train.tsv")}), "this looks like data (lines of label, tab, text)"));
  CHECK(contains(said({"train", run + "/best.h5"}), "is a checkpoint"));
  CHECK(contains(said({"train", run}), "--resume --run"));
  CHECK(contains(said({"init", config}),
                 "give a data file, such as the one that the configuration names in data.train"));
  CHECK(contains(said({"predict", run, config}), "looks like a configuration"));
  CHECK(contains(said({"evaluate", run, "--data", config}), "looks like a configuration"));
  const std::string missing = said({"train", config, "data.test=tset.tsv"});
  CHECK(contains(missing, "command line: error: data.test is \"tset.tsv\""));
  CHECK(contains(missing, "did you mean \"test.tsv\"?"));
  std::filesystem::rename(place.path("train.tsv"), place.path("training.tsv"));
  CHECK(contains(said({"train", config}),
                 config + ":2:9: error: data.train is \"train.tsv\": there is no file"));
}

TEST_CASE("predict reads a CSV of texts alone, and settings say how") {
  const Workplace place("predict-csv");
  std::ofstream(place.path("data.csv"))
      << "label,text\nyes,AAAA\nno,CCCC\nyes,AAAC\nno,CCCA\nyes,AAAT\nno,CCCT\n";
  const std::string run = place.path("run");
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", run, "data.train=data.csv",
                          "data.test=", "data.format=csv", "data.validation_fraction=0", "train.epochs=1"})
              .code == 0);
  std::ofstream(place.path("texts.csv")) << "text\nAAAA\nCCCC\n";
  const Outcome texts = orochi_program({"predict", run, place.path("texts.csv")});
  CHECK(texts.code == 0);
  CHECK(std::count(texts.out.begin(), texts.out.end(), '\n') == 3);  // a header and two answers
  std::ofstream(place.path("other.csv")) << "dna\nAAAA\nCCCC\n";
  const Outcome unnamed =
      orochi_program({"predict", run, place.path("other.csv")});  // one column, as lines of text
  CHECK(unnamed.code == 2);
  CHECK(unnamed.out.empty());
  CHECK(
      contains(unnamed.err,
               "other.csv:1: error: no column \"text\" (data.format.text_columns); the header has \"dna\""));
  CHECK(contains(unnamed.err, "add data.format.text_columns=NAME, with one of them, behind the file's name"));
  const Outcome other =
      orochi_program({"predict", run, place.path("other.csv"), "data.format.text_columns=dna"});
  CHECK(other.out == texts.out);
  CHECK(orochi_program({"predict", run, place.path("other.csv"), "model.d_model=8"}).code == 2);
}

TEST_CASE("new-component writes a project under the name that it is given, and no other") {
  const Workplace place("new-component");
  for (const std::string kind : {"layer", "task", "optimizer", "schedule", "tokenizer", "reader"}) {
    const std::string folder = place.path(kind);
    const Outcome made = orochi_program({"new-component", kind, "my_own2", "--out", folder});
    INFO(kind);
    CHECK(made.code == 0);
    CHECK(contains(made.out, "begins as the example"));
    const std::string code = contents(folder + "/my_own2.cpp");
    CHECK(contains(code, "class MyOwn2Component : public "));
    CHECK(contains(code, "void add_my_own2("));
    CHECK(contains(code, "\"my_own2\""));
    CHECK_FALSE(contains(code, "extensions.hpp\""));
    CHECK(contains(contents(folder + "/main.cpp"), "add_my_own2(extensions"));
    CHECK(contains(contents(folder + "/CMakeLists.txt"), "orochi_add_program(my_own2 "));
    CHECK(orochi_program({"new-component", kind, "my_own2", "--out", folder}).code == 2);  // is there already
  }
  CHECK(contains(orochi_program({"new-component", "layers", "mine"}).err, "did you mean \"layer\""));
  CHECK(contains(orochi_program({"new-component", "layer", "My-Own"}).err, "token_shift"));
  CHECK(contains(orochi_program({"new-component", "layer", "gelu"}).err, "already"));
}
