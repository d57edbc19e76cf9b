// orochi cross-validate and orochi compare.
#include <cmath>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string out_of(const std::vector<std::string>& words) {
  const Outcome outcome = orochi_program(words);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

void check_refused(const std::vector<std::string>& words, const std::string& why) {
  const Outcome outcome = orochi_program(words);
  INFO(outcome.err);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(has(outcome.err, why));
}

}  // namespace

TEST_CASE("cross-validate prints each fold, mean, deviation and the pooled figures") {
  const Workplace place("cv");
  const std::string config = place.path("small.toml"), run = place.path("cv");
  const Outcome first = orochi_program({"cross-validate", config, "--folds", "4", "--run", run, "--json"});
  INFO(first.err);
  REQUIRE(first.code == 0);
  CHECK(has(first.err, "data.test = test.tsv is not used"));
  const json found = json::parse(first.out);
  CHECK(found["finished"] == true);
  REQUIRE(found["folds"].size() == 4);
  double sum = 0, squares = 0;
  for (const json& fold : found["folds"]) {
    CHECK(fold["count"] == 20);
    sum += fold["accuracy"].get<double>();
    squares += fold["accuracy"].get<double>() * fold["accuracy"].get<double>();
  }
  CHECK_THAT(found["mean"]["accuracy"].get<double>(), WithinAbs(sum / 4, 1e-12));
  CHECK_THAT(found["pooled"]["accuracy"].get<double>(), WithinAbs(sum / 4, 1e-12));  // folds of one size
  const double std = found["std"]["accuracy"].get<double>();
  CHECK_THAT(std * std, WithinAbs((squares - sum * sum / 4) / 3, 1e-12));
  const json evaluated =
      json::parse(out_of({"evaluate", run + "/fold-1", "--data", place.path("train.tsv"), "--json"}));
  CHECK(evaluated["checkpoint"] == found["folds"][0]["checkpoint"]);
  check_refused({"evaluate", run + "/fold-1"}, "its test data is fold 1 of 4 of its training file");
  // What is there is not trained again, and another number of threads gives the same.
  CHECK(out_of({"cross-validate", config, "--folds", "4", "--run", run, "--json"}) == first.out);
  const json other = json::parse(
      out_of({"cross-validate", config, "--folds", "4", "--run", run + "-1", "--json", "--threads", "1"}));
  CHECK(other["mean"] == found["mean"]);
  CHECK(other["pooled"] == found["pooled"]);
  const std::string table = out_of({"cross-validate", config, "--folds", "4", "--run", run});
  for (const char* part : {"\nfold ", "\n1 ", "\n4 ", "\nmean ", "\nstd ", "\npooled  "})
    CHECK(has(table, part));
  CHECK(out_of({"report", run + "/fold-2", "--no-ablation"}).size() > 0);
}

TEST_CASE("cross-validate refuses what it cannot do") {
  const Workplace place("cv-refused");
  const std::string config = place.path("small.toml"), run = place.path("cv");
  check_refused({"cross-validate", config, "more"}, "unexpected word \"more\"");
  check_refused({"cross-validate", config, "--folds", "1"}, "--folds takes a whole number from 2");
  check_refused({"cross-validate", config, "--folds", "81", "--run", run},
                "train.tsv has 80 sequences; allowed");
  CHECK_FALSE(std::filesystem::exists(run + "/fold-1/best.h5"));  // it is said before any fold is trained
  check_refused({"cross-validate", config, "data.fold=2"}, "data.test names a file");
  const std::string by_hand = out_of({"train", config, "data.fold=2", "data.test=", "--run", run + "-hand"});
  CHECK(has(by_hand, "\nbest.h5 on the fold that is held out:\n"));
  CHECK(has(by_hand, " --data FILE\n"));
  out_of({"train", config, "--run", run});
  check_refused({"cross-validate", config, "--run", run}, "holds a single run already");
}

TEST_CASE("compare says of a config and itself that no difference is shown, and finds one that there is") {
  const Workplace place("compare");
  const std::string config = place.path("small.toml");
  const std::string same = out_of({"compare", config, config, "--folds", "2", "--run", place.path("same")});
  CHECK(has(same, "\nno difference shown: 0.0 points of accuracy\n"));
  CHECK(has(same, "\n2 folds, 1 seed, means:\n"));
  {
    std::ifstream from(config);
    std::ofstream(place.path("idle.toml")) << from.rdbuf() << "learning_rate = 1e-30\n";
  }
  const std::vector<std::string> words{"compare",
                                       config,
                                       place.path("idle.toml"),
                                       "train.epochs=20",
                                       "train.monitor=loss",
                                       "--folds",
                                       "3",
                                       "--seeds",
                                       "2",
                                       "--run",
                                       place.path("idle"),
                                       "--json"};
  const json found = json::parse(out_of(words));
  CHECK(found["metrics"]["loss"]["difference"].get<double>() > 0);
  CHECK(found["metrics"]["loss"]["bootstrap"][0].get<double>() > 0);
  CHECK(found["sentence"].get<std::string>().starts_with("A is better by "));
  CHECK(std::filesystem::exists(place.path("idle/b/seed-43/fold-3/best.h5")));
  // The corrected t by hand, of what the folds of each seed say.
  double differences[3]{}, mean = 0, variance = 0;
  for (const char* seed : {"42", "43"})
    for (const bool is_b : {false, true}) {
      const json folds = json::parse(out_of(
          {"cross-validate", is_b ? words[2] : words[1], "train.epochs=20", "train.monitor=loss",
           std::string("train.seed=") + seed, "data.split_seed=42", "--folds", "3", "--run",
           place.path(std::string("idle/") + (is_b ? "b" : "a") + "/seed-" + seed), "--json"}))["folds"];
      for (std::size_t f = 0; f < 3; ++f)
        differences[f] += (is_b ? 0.5 : -0.5) * folds[f]["loss"].get<double>();
    }
  for (const double one : differences) mean += one / 3;
  for (const double one : differences) variance += (one - mean) * (one - mean) / 2;
  CHECK_THAT(found["metrics"]["loss"]["difference"].get<double>(), WithinAbs(mean, 1e-9));
  CHECK_THAT(found["metrics"]["loss"]["corrected_t"][0].get<double>(),
             WithinAbs(mean - 4.302652729749462 * std::sqrt((1.0 / 3 + 1.0 / 2) * variance), 1e-9));
  std::vector<std::string> swapped = words;
  std::swap(swapped[1], swapped[2]);
  swapped[10] = place.path("swapped");
  const auto sentence = json::parse(out_of(swapped))["sentence"].get<std::string>();
  CHECK(sentence == "B" + found["sentence"].get<std::string>().substr(1));
}

TEST_CASE("compare takes two trained models, too") {
  const Workplace place("compare-runs");
  const std::string config = place.path("small.toml"), a = place.path("a"), b = place.path("b");
  out_of({"train", config, "train.epochs=10", "--run", a});
  out_of({"train", config, "train.epochs=1", "--run", b});
  const json found = json::parse(out_of({"compare", a, b, "--json"}));
  const auto accuracy = [](const std::string& run) {
    return json::parse(out_of({"evaluate", run, "--json"}))["accuracy"].get<double>();
  };
  const double difference = found["metrics"]["accuracy"]["difference"].get<double>();
  CHECK_THAT(difference, WithinAbs(accuracy(b) - accuracy(a), 1e-12));
  CHECK(found["metrics"]["accuracy"]["bootstrap"][0].get<double>() <= difference);
  const double alone = found["mcnemar"]["b_alone"].get<double>() - found["mcnemar"]["a_alone"].get<double>();
  CHECK_THAT(alone / 40, WithinAbs(difference, 1e-12));
  CHECK_FALSE(found["metrics"]["accuracy"].contains("corrected_t"));
  const std::string table = out_of({"compare", a, a, "--data", place.path("train.tsv")});
  CHECK(has(table, "train.tsv, 80 sequences:\n"));
  CHECK(has(table, "\nright in A alone 0, in B alone 0: p = 1 (McNemar's exact test)\n"));
  CHECK(has(table, "\nno difference shown: 0.0 points of accuracy\n"));

  check_refused({"compare", a, config}, "compare two configs, or two runs");
  check_refused({"compare", a, b, "train.epochs=3"}, "train.epochs from its training");
  check_refused({"compare", a, b, "--folds", "3"}, "--folds is for configs");
  check_refused({"compare", config, config, "task=multi_label", "more"}, "unexpected word \"more\"");
  check_refused({"compare", config, config, "--data", place.path("test.tsv")}, "--data is for run folders");
  place.write_data("other.tsv", 40, 3, "no");
  out_of({"train", config, "data.test=other.tsv", "--run", place.path("c")});
  check_refused({"compare", a, place.path("c")}, "name one for both with --data FILE");
  place.write_data("maybe.tsv", 80, 1, "maybe");
  out_of({"train", config, "data.train=maybe.tsv", "data.test=\"\"", "--run", place.path("d")});
  check_refused({"compare", a, place.path("d"), "--data", place.path("test.tsv")}, "test.tsv");
}
