// The program from outside: help, errors, exit codes, and that docs/commands.md says the same.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "program.hpp"

using namespace orochi;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The `--option`s that start a line behind `lead`.
std::set<std::string> options_of(const std::string& text, const std::string& lead) {
  std::set<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(lead + "--"))
      found.insert(line.substr(lead.size(), line.find_first_of(" `", lead.size()) - lead.size()));
  return found;
}

std::vector<std::string> verbs_of_help() {
  std::istringstream lines(orochi_program({"help"}).out);
  std::vector<std::string> verbs;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (inside && line.empty()) break;
    if (inside && line.size() > 2 && line[2] != ' ') verbs.push_back(line.substr(2, line.find(' ', 2) - 2));
    if (line == "verbs:") inside = true;
  }
  return verbs;
}

std::string commands_page() {
  std::ifstream file(std::string(std::getenv("OROCHI_SOURCE_DIR")) + "/docs/commands.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("help is on standard output, and on standard error when nothing was asked") {
  const Outcome nothing = orochi_program({});
  CHECK(nothing.code == 2);
  CHECK(nothing.out.empty());
  const Outcome help = orochi_program({"--help"});
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  CHECK(help.out == nothing.err);
  CHECK(orochi_program({"help"}).out == help.out);
  const Outcome version = orochi_program({"--version"});
  CHECK(version.code == 0);
  CHECK(version.out.starts_with("orochi 0."));
  for (const char* line : {"\ncommit  ", "\ncompiler  ", "\nCPU  ", "\nkernels  ", "\nlibraries  "})
    CHECK(has(version.out, line));
  CHECK(orochi_program({"-V"}).out == version.out);
  const Outcome verb = orochi_program({"help", "train"});
  CHECK(verb.code == 0);
  CHECK(orochi_program({"train", "--help"}).out == verb.out);
  CHECK(orochi_program({"train", "help"}).out == verb.out);
  CHECK(has(verb.out, "usage: orochi train [CONFIG] [KEY=VALUE ...] [--run DIR]"));
}

TEST_CASE("help and docs/commands.md name the same verbs and options") {
  const std::string page = commands_page();
  const std::vector<std::string> verbs = verbs_of_help();
  REQUIRE(verbs.size() == 26);  // help is the last
  for (std::size_t i = 0; i + 1 < verbs.size(); ++i) {
    INFO(verbs[i]);
    const std::size_t start = page.find("\n## " + verbs[i] + "\n");
    REQUIRE(start != std::string::npos);
    const std::string section = page.substr(start, page.find("\n## ", start + 1) - start);
    const Outcome help = orochi_program({"help", verbs[i]});
    CHECK(help.code == 0);
    const std::set<std::string> options = options_of(help.out, "  ");
    CHECK_FALSE(options.empty());
    CHECK(options == options_of(section, "| `"));
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
    CHECK(has(help.out, "\nexamples:\n  orochi " + verbs[i]));
  }
}

TEST_CASE("errors give one line and exit code 2") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"trian"}, "did you mean \"train\"?"},
      {{"help", "evaluat"}, "did you mean \"evaluate\"?"},
      {{"frobnicate"},
       "there are help, train, evaluate, predict, inspect, attend, ablate, explain, report, import, "
       "export, embed, baseline, bench, components, config, check-layer"},
      {{"exprot"}, "did you mean \"export\"?"},
      {{"raport"}, "did you mean \"report\"?"},
      {{"sort"}, "there are help"},
      {{"--json", "inspect"}, "a verb comes first"},
      {{"evaluate", "x.h5", "--thread", "2"}, "did you mean \"--threads\"?"},
      {{"evaluate"}, "evaluate needs CHECKPOINT"},
      {{"train", "a.toml", "b.toml"}, "unexpected word \"b.toml\""},
      {{"train", "a.toml", "--learning-rate", "0.1"}, "train.learning_rate=0.001"},
      {{"train", "a.toml", "--lr=0.1"}, "train.learning_rate=0.001"},
      {{"train", "no/such.toml"}, "no/such.toml"},
      {{"train"}, "no configuration is named"},
      {{"train", "--resume", "--run", "no/such"}, "no/such"},
      {{"evaluate", "no/such.h5"}, "no/such.h5"},
      {{"predict", "no/such.h5"}, "no/such.h5"},
      {{"inspect", "/dev/null"}, "/dev/null"},
      {{"inspect", "no\x1b[2J.h5"}, "no\\x1b[2J.h5"},
      {{"check-layer", "multi_head_atention"}, "did you mean \"multi_head_attention\"?"},
      {{"components", "optimiser"}, "did you mean \"optimizer\"?"},
      {{"components", "weather"}, "there are layer, task, optimizer, schedule"},
      {{"config"}, "no configuration is named"},
      {{"config", "no/such.toml"}, "no/such.toml"},
      {{"check-layer", "--seed", "x"}, "--seed takes a whole number"}};
  for (const auto& [arguments, part] : cases) {
    const Outcome outcome = orochi_program(arguments);
    INFO(arguments.front() << ": " << outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK((outcome.err.starts_with("orochi: ") || has(outcome.err, ": error: ")));
    CHECK(has(outcome.err, part));
    CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
  }
}

TEST_CASE("components lists each with kind, role, purpose and options") {
  const Outcome all = orochi_program({"components"});
  CHECK(all.code == 0);
  for (const char* part : {"layer      pooling  cls", "layer      rows     multi_head_attention",
                           "momentum = 0.9, weight_decay = 0.01", "final_learning_rate = 0.0"})
    CHECK(has(all.out, part));
  const Outcome some = orochi_program({"components", "optimizer"});
  CHECK(has(some.out, "adamw"));
  CHECK_FALSE(has(some.out, "cosine"));
  const Outcome json = orochi_program({"components", "schedule", "--json"});
  CHECK(has(json.out, "\"final_learning_rate\""));
  CHECK_FALSE(has(json.out, "adamw"));
}

TEST_CASE("config prints a config in force, and the schema of configs") {
  const std::string splice = std::string(std::getenv("OROCHI_SOURCE_DIR")) + "/configs/splice.toml";
  const Outcome whole = orochi_program({"config", splice, "train.optimizer=sgd"});
  CHECK(whole.code == 0);
  CHECK(has(whole.out, "\n[train.optimizer]\ntype = \"sgd\"\nmomentum = 0.9\nweight_decay = 0.01\n"));
  CHECK(orochi_program({"config", splice, "train.optimiser=sgd"}).code == 2);
  CHECK(has(orochi_program({"config", "--schema"}).out, "\"additionalProperties\": false"));
  CHECK(orochi_program({"config", splice, "--schema"}).code == 2);
}

TEST_CASE("config explains keys, options, sections and the words of others") {
  const std::string splice = std::string(std::getenv("OROCHI_SOURCE_DIR")) + "/configs/splice.toml";
  const Outcome rate = orochi_program({"config", splice, "train.learning_rate=0.5", "--explain", "lr"});
  CHECK(rate.code == 0);
  for (const char* part :
       {"\"lr\" is called learning_rate here", "train.learning_rate  peak, after warm-up\n",
        "type       number\n", "allowed    a number above 0\n", "default    0.001\n",
        "value      0.5, set at command line: train.learning_rate=0.5\n"})
    CHECK(has(rate.out, part));
  CHECK(has(orochi_program({"config", splice, "--explain", "train.patience"}).out, "leaves as it is"));
  const std::string place = orochi_program({"config", splice, "--explain", "data.train"}).out;
  CHECK(has(place, "set at"));
  CHECK(has(place, "splice.toml:"));
  const std::string beta = orochi_program({"config", "--explain", "train.optimizer.beta1"}).out;
  CHECK(has(beta, "option of  adam, adamw\n"));
  CHECK(has(orochi_program({"config", "--explain", "optimizer"}).out, "\n  sgd "));
  const std::string section = orochi_program({"config", "--explain", "train"}).out;
  CHECK((has(section, "train.seed ") && has(section, "train.kernels ")));
  const std::string monitor = orochi_program({"config", "--explain", "train.monitor"}).out;
  CHECK(has(monitor, "allowed    loss; with task classification: accuracy | macro_f1"));
  CHECK(has(monitor, "with task regression: r2 | mae"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"train.swa_start"}, {splice, "train.swa_start"}}) {
    std::vector<std::string> all{"config"};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome key = orochi_program(all);
    CHECK(key.code == 2);
    CHECK(has(key.err, "`orochi config --explain train.swa_start` says what it is for"));
  }
  const Outcome unknown = orochi_program({"config", "--explain", "train.batch"});
  CHECK(unknown.code == 2);
  CHECK(has(unknown.err, "did you mean \"train.batch_size\"?"));
}

TEST_CASE("doctor tells what is there, and fails where something is wrong") {
  const Outcome good = orochi_program({"doctor"});
  CHECK(good.code == 0);
  for (const char* part :
       {"program ", "CPU ", "auto takes ", "GFLOP/s", "HDF5 ", "everything that training needs is here"})
    CHECK(has(good.out, part));
  CHECK(has(good.out, "for `baseline`") != has(good.out, "built without liblinear"));
  const Outcome bad =
      Child({"-c", "cd /proc && exec \"$0\" doctor", std::getenv("OROCHI_PROGRAM")}, "", "/bin/sh").finish();
  CHECK(bad.code == 1);
  CHECK(has(bad.out, "not as it should be: runs"));
  CHECK(has(orochi_program({"doctor", "--json"}).out, "\"name\": \"kernels\""));
}

TEST_CASE("what cannot be written is an error; a reader that left is none") {
  const Outcome full = Child({"help"}, "/dev/full").finish();
  CHECK(full.code == 1);
  CHECK(has(full.err, "orochi: cannot write to standard output: No space left on device"));
  CHECK(Child({"help"}, "/dev/null").finish().code == 0);
  for (const char* prefix : {"", "trap '' PIPE; "}) {  // ended by the signal, or told by the error
    Child child({"-c", std::string(prefix) + "read line; exec \"$0\" help", std::getenv("OROCHI_PROGRAM")},
                "", "/bin/sh");
    child.close_output();
    child.write("go\n");
    const Outcome gone = child.finish();
    CHECK(gone.code == 141);
    CHECK(gone.err.empty());
  }
}

TEST_CASE("a path that the system refuses is named, with its reason") {
  const std::string path = std::string(300, 'x') + ".toml";  // a name has 255 bytes at most
  const Outcome outcome = orochi_program({"report", path});
  CHECK(outcome.code == 1);
  CHECK(outcome.err == "orochi: " + path + ": File name too long; check the path and its permissions\n");
}
