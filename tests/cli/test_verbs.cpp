// predict and inspect on a model that was trained a few steps.
#include <cmath>

#include <nlohmann/json.hpp>

#include "io/checkpoint.hpp"
#include "trained.hpp"

using namespace orochi;
using nlohmann::json;

TEST_CASE("predict: tabs, JSON, files") {
  const Trained trained;
  const Outcome table = orochi_program({"predict", trained.best},
                                       "\xEF\xBB\xBF"
                                       "ACGTACGTA\r\nCCCCC");
  CHECK(table.code == 0);
  CHECK(table.err.empty());
  const std::vector<std::string> lines = lines_of(table.out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "label\tp(no\\u{202e}\\u{009b})\tp(yes)");
  const Outcome objects = orochi_program({"predict", trained.best, "-", "--json"}, "ACGTACGTA\nCCCCC\n");
  const std::vector<std::string> answers = lines_of(objects.out);
  REQUIRE(answers.size() == 2);
  const json first = json::parse(answers[0]);
  const double p = first["probabilities"]["yes"].get<double>();
  CHECK_THAT(p + first["probabilities"][spiteful].get<double>(), catch_matchers::WithinAbs(1, 1e-12));
  char expected[32];
  std::snprintf(expected, sizeof expected, "\t%.6f", p);
  CHECK(lines[1].ends_with(expected));

  std::ofstream(trained.place.path("texts.txt")) << "ACGTACGTA\n";
  const Outcome logits =
      orochi_program({"predict", trained.best, trained.place.path("texts.txt"), "--json", "--logits"});
  const json values = json::parse(logits.out)["logits"];
  const double gap = values["yes"].get<double>() - values[spiteful].get<double>();
  CHECK_THAT(p, catch_matchers::WithinAbs(1 / (1 + std::exp(-gap)), 1e-12));
  CHECK(lines_of(orochi_program({"predict", trained.best}).out).size() == 1);  // nothing asked: the header
  CHECK(orochi_program({"predict", trained.best}, "yes\tACGTA\nACGTA\nother\tA\n")
            .err.find("1 of 3 lines begin with a label, ") != std::string::npos);
}

TEST_CASE("predict answers a line before its input ends") {
  const Trained trained;
  Child child({"predict", trained.best});
  child.write("ACGTACGTA\nAC");
  CHECK(lines_of(child.read_lines(2)).size() == 2);
  child.write("GT\n");
  CHECK(lines_of(child.read_lines(3)).size() == 3);
  CHECK(child.finish().code == 0);
}

TEST_CASE("predict stops at a bad line, after the answers to those before") {
  const Trained trained;
  const std::vector<std::pair<std::string, std::string>> cases{{"ACGT\n\nACGT\n", "standard input:2: "},
                                                               {"ACGT\nA\xFF\n", "byte 2"},
                                                               {"ACGT\n \n", "standard input:2: "}};
  for (const auto& [input, part] : cases) {
    const Outcome outcome = orochi_program({"predict", trained.best}, input);
    CHECK(outcome.code == 2);
    CHECK(lines_of(outcome.out).size() == 2);
    CHECK(has(outcome.err, part));
  }
  const Outcome cut = orochi_program({"predict", trained.best}, "ACGT\nACGTACGTACGTACGT\n");
  CHECK(cut.code == 0);
  CHECK(cut.err == "1 of 2 sequences longer than max_length 9 and cut\n");
  CHECK(orochi_program({"predict", trained.best, trained.place.path("none.txt")}).code == 2);
  CHECK(orochi_program({"predict", trained.best, trained.place.root.string()}).code == 2);
}

TEST_CASE("predict notices a full disk") {
  const Trained trained;
  Child child({"predict", trained.best}, "/dev/full");
  child.write("ACGT\n");
  const Outcome full = child.finish();
  CHECK(full.code == 1);
  CHECK(has(full.err, "No space left on device"));
}

TEST_CASE("inspect") {
  const Trained trained;
  const Outcome text = orochi_program({"inspect", trained.best});
  CHECK(text.code == 0);
  CHECK(has(text.out, "[data.tokenizer]\ntype = \"char\"\n"));
  CHECK(has(text.out, "encoder.0.attention.query.weight"));
  CHECK(has(text.out, "labels      2: no\\u{202e}\\u{009b}, yes\n"));
  CHECK(has(text.out, "no moments\n"));
  const std::string last = trained.best.substr(0, trained.best.size() - 7) + "last.h5";
  CHECK(has(orochi_program({"inspect", last}).out, "first_moment, second_moment\n"));
  const json facts = json::parse(orochi_program({"inspect", trained.best, "--json"}).out);
  CHECK(facts["labels"][1] == "yes");
  CHECK(facts["vocabulary_size"] == 5);
  CHECK(facts["channels"] == 0);
  CHECK(facts["state"]["tokenizer"]["vocabulary"].size() == 5);
  CHECK(facts["bytes"] == std::filesystem::file_size(trained.best));
  std::int64_t total = 0;
  for (const json& parameter : facts["parameters"]) total += parameter["count"].get<std::int64_t>();
  CHECK(facts["parameter_count"] == total);
  CHECK(facts["parameter_bytes"] == 4 * total);
  CHECK(facts["frozen_count"] == 0);
  CHECK_FALSE(has(text.out, "\nfrozen "));
}

TEST_CASE("inspect opens what this program has no layers for, and counts rightly") {
  const Workplace place("foreign");
  CheckpointHeader header;
  header.config =
      "[train]\nfreeze = [\"mine.bias\", \"min\\u001b[2J\"]\n[model]\nattention = \"mine\x1b[2J\"\n";
  header.state["task"].set("labels", std::vector<std::string>{"a\x1b[2J", "b"});
  header.state["data"].set("channels", std::vector<std::int64_t>{1});
  header.state["mine"].set("counts", std::vector<std::int64_t>(17, 3));
  header.state["mine"].set("ends", std::vector<double>{-0.5, 0.25});
  const std::vector<float> values{1, 2, 3, 6, 10};  // flat
  const std::vector<TensorSlot> slots{{"mine.weight", {2, 2}, 0}, {"mine.bias", {1}, 4}};
  const std::vector<TensorGroup> groups{{"parameters", values}};
  write_checkpoint(place.path("mine.h5"), header, slots, groups);
  const Outcome text = orochi_program({"inspect", place.path("mine.h5")});
  CHECK(text.code == 0);
  CHECK_FALSE(has(text.out, "\x1b"));
  CHECK(has(text.out, "mine\\x1b[2J"));
  CHECK(has(text.out, "no moments"));
  CHECK(has(text.out, "labels      2: a\\x1b[2J, b\n"));
  CHECK(has(text.out, "frozen      1 numbers, of mine.bias, min\\x1b[2J\n"));
  CHECK(has(text.out, "input       numbers, 1 channel\n"));
  CHECK(has(text.out,
            "component  state     kind      count\n"
            "data       channels  integers      1\n"
            "mine       counts    integers     17\n"
            "mine       ends      numbers       2\n"
            "task       labels    texts         2\n"));
  const json facts = json::parse(orochi_program({"inspect", place.path("mine.h5"), "--json"}).out);
  CHECK(facts["channels"] == 1);
  CHECK(facts["vocabulary_size"] == 0);
  CHECK(facts["state"]["mine"] == json::parse("{\"counts\": 17, \"ends\": [-0.5, 0.25]}"));
  CHECK(facts["state"]["task"]["labels"] == facts["labels"]);
  const json& weight = facts["parameters"][1];
  CHECK(weight["name"] == "mine.weight");
  CHECK(weight["shape"] == json::parse("[2, 2]"));
  CHECK(weight["mean"] == 3.0);
  CHECK_THAT(weight["std"].get<double>(), catch_matchers::WithinAbs(std::sqrt(3.5), 1e-12));
  CHECK(facts["frozen_count"] == 1);
  CHECK(facts["parameters"][0]["frozen"] == true);
  CHECK(weight["frozen"] == false);
  CHECK(weight["least"] == 1.0);
  CHECK(weight["most"] == 6.0);
}

TEST_CASE("a run behind a link finds its test data") {
  const Workplace place("linked");
  std::filesystem::create_directories(place.root / "a/deep/folder");
  std::filesystem::create_directory_symlink("a/deep/folder", place.root / "runs");
  const std::string run = place.path("runs/one");
  REQUIRE(orochi_program({"train", place.path("small.toml"), "--run", run}).code == 0);
  for (const char* verb : {"evaluate", "ablate"}) {
    const Outcome outcome = orochi_program({verb, run + "/best.h5"});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
  }
  CHECK(orochi_program({"report", run, "--no-ablation"}).code == 0);
}
