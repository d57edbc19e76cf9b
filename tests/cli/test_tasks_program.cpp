// Each task through the whole program, on data that is made here: train, resume, evaluate, predict, ablate,
// attend, report.
#include <random>
#include <sstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "cli/program.hpp"
#include "cli/workplace.hpp"

using namespace orochi;
using nlohmann::json;

namespace {

/// Lines "target<TAB>words" of 12 words; the target follows from some of them.
template <class Target>
void write_lines(const Workplace& place, const std::string& file, unsigned seed, Target target_of) {
  std::mt19937 numbers(seed);
  std::ofstream out(place.path(file));
  for (int i = 0; i < 400; ++i) {
    std::vector<int> words(3 + numbers() % 7);
    for (int& word : words) word = static_cast<int>(numbers() % 12);
    std::string text;
    for (const int word : words) text += (text.empty() ? "w" : " w") + std::to_string(word);
    out << target_of(words) << "\t" << text << "\n";
  }
}

int count(const std::vector<int>& words, int word) {
  return static_cast<int>(std::count(words.begin(), words.end(), word));
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Trains, and again with an interruption, to the same bytes; then runs every verb. Returns the test's
/// figures.
json run_task(const Workplace& place, const std::string& task, const std::string& answer) {
  std::ofstream(place.path("task.toml"))
      << "[task]\ntype = \"" << task << "\"\n[data]\ntrain = \"train.tsv\"\ntest = \"test.tsv\"\n"
      << "[data.tokenizer]\ntype = \"whitespace\"\n[model]\nd_model = 16\nnum_layers = 1\nnum_heads = 2\n"
      << "[train]\nepochs = 12\nbatch_size = 16\nlearning_rate = 1e-2\n";
  const auto passes = [](const std::vector<std::string>& arguments) {
    const Outcome outcome = orochi_program(arguments);
    INFO(arguments.front() << ": " << outcome.err);
    REQUIRE(outcome.code == 0);
    return outcome.out;
  };
  const std::string best = place.path("run/best.h5");
  passes({"train", place.path("task.toml"), "--run", place.path("run")});
  passes({"train", place.path("task.toml"), "--run", place.path("again"), "--max-steps", "31", "--threads",
          "1"});
  passes({"train", "--resume", "--run", place.path("again")});
  CHECK(bytes_of(best) == bytes_of(place.path("again/best.h5")));
  CHECK(passes({"predict", best, place.path("one.txt")}).starts_with(answer));
  CHECK(json::parse(passes({"predict", best, place.path("one.txt"), "--json"})).contains(answer));
  CHECK(json::parse(passes({"ablate", best, "--json"}))["heads"].size() == 2);
  CHECK(passes({"attend", best, "--data", place.path("test.tsv"), "--index", "3"}).starts_with("predicted "));
  passes({"report", place.path("run"), "--no-ablation"});
  passes({"bench", place.path("task.toml"), "--seconds", "1"});
  return json::parse(passes({"evaluate", best, "--json"}));
}

}  // namespace

TEST_CASE("several labels are learned, and thresholds come back with the checkpoint") {
  const Workplace place("multi-label");
  const auto target = [](const std::vector<int>& words) {
    std::string labels = count(words, 1) > 0 ? "one" : "";
    if (count(words, 2) > 0) labels += labels.empty() ? "two" : ",two";
    return labels;
  };
  write_lines(place, "train.tsv", 1, target);
  write_lines(place, "test.tsv", 2, target);
  std::ofstream(place.path("one.txt")) << "w1 w5 w2\n";
  const json figures = run_task(place, "multi_label", "labels");
  CHECK(figures["micro_f1"] > 0.97);
  CHECK(figures["classes"].size() == 2);
}

TEST_CASE("numbers are learned, in their own units") {
  const Workplace place("regression");
  const auto target = [](const std::vector<int>& words) {
    return std::to_string(1000 + 50 * count(words, 1) - 20 * count(words, 2));
  };
  write_lines(place, "train.tsv", 1, target);
  write_lines(place, "test.tsv", 2, target);
  std::ofstream(place.path("one.txt")) << "w1 w5 w2\n";
  const json figures = run_task(place, "regression", "value");
  CHECK(figures["r2"] > 0.8);
  CHECK(figures["mae"] < 15);  // the targets' standard deviation is about 40
}

TEST_CASE("a label a row is learned, also from the row before") {
  const Workplace place("token-labels");
  const auto target = [](const std::vector<int>& words) {
    std::ostringstream tags;
    for (std::size_t i = 0; i < words.size(); ++i)
      tags << (i > 0 ? " " : "") << (words[i] == 1 ? "B-X" : i > 0 && words[i - 1] == 1 ? "I-X" : "O");
    return tags.str();
  };
  write_lines(place, "train.tsv", 1, target);
  write_lines(place, "test.tsv", 2, target);
  std::ofstream(place.path("one.txt")) << "w5 w1 w5 w2\n";
  const json figures = run_task(place, "token_labels", "labels");
  CHECK(figures["accuracy"] > 0.95);
  CHECK(figures["entity_f1"] > 0.6);
  CHECK(figures["rows"] > figures["count"]);
}

TEST_CASE("targets that are not one a row are refused with their line") {
  const Workplace place("rows");
  std::ofstream(place.path("train.tsv")) << "O O\tw1 w2\nO B-X\tw1 w2 w3\n";
  std::ofstream(place.path("task.toml"))
      << "task = \"token_labels\"\n[data]\ntrain = \"train.tsv\"\nvalidation_fraction = 0\n";
  const Outcome outcome = orochi_program({"train", place.path("task.toml"), "--run", place.path("run")});
  CHECK(outcome.code == 2);
  CHECK_THAT(outcome.err,
             catch_matchers::Contains("train.tsv:2: error: 2 labels for 3 rows; expected a label a row"));
}
