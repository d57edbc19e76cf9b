// orochi baseline: on a config, on a run, and what it refuses.
#include <sstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

json parsed(const Outcome& outcome) {
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return json::parse(outcome.out);
}

json without_seconds(json result) {
  for (json& baseline : result["baselines"]) baseline.erase("seconds");
  return result;
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("baseline measures simple models on the splits of a config") {
  const Workplace place("baseline");
  const std::string config = place.path("small.toml");
  const json found = parsed(orochi_program({"baseline", config, "--json", "--threads", "1"}));
  CHECK(found["count"] == json{{"train", 64}, {"validation", 16}, {"test", 40}});
  CHECK(found["chosen_by"] == "accuracy");
  REQUIRE(found["baselines"].size() == 4);
  CHECK(found["baselines"][0]["name"] == "majority");
  CHECK(found["baselines"][0]["test"]["accuracy"] == 0.5);
  CHECK(found["baselines"][2]["name"] == "linear_svm");
  // whether the third letter is an A: a token at its place
  CHECK(found["baselines"][2]["settings"].get<std::string>().starts_with("tokens at places, C = "));
  CHECK(found["baselines"][2]["test"]["accuracy"].get<double>() > 0.95);
  CHECK_FALSE(found.contains("encoder"));
  CHECK(without_seconds(found) ==
        without_seconds(parsed(orochi_program({"baseline", config, "--json", "--threads", "3"}))));
  const Outcome table = orochi_program({"baseline", config, "--only", "majority,linear_svm"});
  CHECK(table.code == 0);
  for (const char* part : {"validation data: 16 sequences\n", "\ntest data: 40 sequences\n", "\nlinear SVM  ",
                           "weighted F1", "tokens at places, C = "})
    CHECK(has(table.out, part));
  CHECK_FALSE(has(table.out, "nearest neighbors"));
}

TEST_CASE("of a run, baseline compares the encoder and leaves it to the report") {
  const Workplace place("baseline-run");
  const std::string run = place.path("run"), config = place.path("small.toml");
  REQUIRE(orochi_program({"train", config, "--run", run}).code == 0);
  const Outcome outcome = orochi_program({"baseline", run});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const json kept = json::parse(read(run + "/baseline.json"));
  const auto sentence = kept["encoder"]["sentence"].get<std::string>();
  CHECK(has(outcome.out, "\n" + sentence + "\n"));
  CHECK(sentence.starts_with("the encoder is worse than linear SVM by "));
  CHECK(has(sentence, " points of accuracy ["));
  const json evaluated = parsed(orochi_program({"evaluate", run, "--json"}));
  CHECK(kept["encoder"]["figures"]["accuracy"] == evaluated["accuracy"]);
  const double difference = kept["encoder"]["difference"].get<double>();
  CHECK_THAT(difference, catch_matchers::WithinAbs(evaluated["accuracy"].get<double>() -
                                                       kept["baselines"][2]["test"]["accuracy"].get<double>(),
                                                   1e-12));
  CHECK(kept["encoder"]["interval"][0].get<double>() <= difference);
  CHECK(kept["encoder"]["interval"][1].get<double>() >= difference);
  REQUIRE(orochi_program({"report", run, "--no-ablation"}).code == 0);
  CHECK(has(read(run + "/report.html"), sentence));
  json stale = kept;  // of another best.h5
  stale["encoder"]["step"] = kept["encoder"]["step"].get<int>() + 1;
  std::ofstream(run + "/baseline.json") << stale;
  const Outcome without = orochi_program({"report", run, "--no-ablation"});
  REQUIRE(without.code == 0);
  CHECK_FALSE(has(read(run + "/report.html"), sentence));
  const std::string hint = "not compared with simple models: `orochi baseline " + run + "` does";
  CHECK(has(without.err, hint));
  CHECK(has(read(run + "/report.html"), hint));
  place.write_data("train.tsv", 80, 3, "no");
  const Outcome other = orochi_program({"baseline", run});
  CHECK(other.code == 2);
  CHECK(has(other.err, "gives other "));
}

TEST_CASE("baseline says what it has no baseline for") {
  const Workplace place("baseline-refused");
  const std::string config = place.path("small.toml");
  const Outcome unknown = orochi_program({"baseline", config, "--only", "svm"});
  CHECK(unknown.code == 2);
  CHECK(has(unknown.err, "there is no baseline \"svm\"; there are majority, nearest_neighbors, linear_svm"));
  const Outcome masked = orochi_program({"baseline", config, "task.type=masked_tokens"});
  CHECK(masked.code == 2);
  CHECK(has(masked.err, "there are baselines for tasks with one label"));
  CHECK(orochi_program({"baseline", place.path("none.toml")}).code == 2);
  CHECK(orochi_program({"baseline", config, "more"}).code == 2);
}

TEST_CASE("train puts the best baseline beside the encoder") {
  const Workplace place("baseline-train");
  const std::string config = place.path("small.toml");
  const auto trained = [&](const std::string& run, std::vector<std::string> more, const std::string& input) {
    more.insert(more.begin(), {"train", config, "--run", place.path(run)});
    const Outcome outcome = orochi_program(more, input);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return outcome.out;
  };
  const std::string tested = trained("tested", {}, "");
  const std::size_t at = tested.find("\nlinear SVM: test accuracy 1.0000, the encoder 0.");
  REQUIRE(at != std::string::npos);
  CHECK(has(tested.substr(at), "\nthe encoder is worse by "));
  CHECK(tested.find("\nnext:\n") > at);
  CHECK(
      has(trained("validated", {"data.test="}, ""), "\nlinear SVM: validation accuracy 1.0000, the encoder"));
  CHECK(has(trained("seeds", {"--seeds", "2"}, ""), "\nlinear SVM: test accuracy 1.0000, the encoder "));
  const auto says_nothing = [&](const std::string& run, const std::vector<std::string>& more,
                                const std::string& input = "") {
    const std::string out = trained(run, more, input);
    CHECK_FALSE((has(out, "linear") || has(out, "majority: ")));
  };
  says_nothing("quiet", {"-q"});
  says_nothing("unfinished", {"--max-steps", "3"});
  says_nothing("unmeasured", {"data.test=", "data.validation_fraction=0"});
  says_nothing("unlabelled", {"task=masked_tokens"});
  says_nothing("piped", {"data.train=-"}, read(place.path("train.tsv")));
  CHECK_FALSE(std::filesystem::exists(place.path("tested/baseline.json")));
}

TEST_CASE("of much data, train says how to ask for baselines") {
  const Workplace place("baseline-hint");
  std::ofstream train(place.path("train.tsv"));
  for (int i = 0; i < 80; ++i)
    train << (i % 2 == 0 ? "no\t" : "yes\t") << i << std::string(60'000, 'A') << "\n";
  train.close();
  const std::string run = place.path("run");
  const Outcome outcome = orochi_program({"train", place.path("small.toml"), "--run", run});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(has(outcome.out, "\nis a linear model as good? "));
  CHECK(has(outcome.out, " baseline " + run + "\n\nnext:\n"));
}
