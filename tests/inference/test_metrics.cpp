// Metrics against scikit-learn's (scripts/make_metrics_fixture.py).
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include <orochi/metrics.hpp>

#include "catch.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

TEST_CASE("metrics agree with scikit-learn") {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/metrics.json");
  const nlohmann::json fixture = nlohmann::json::parse(file);
  REQUIRE(fixture["cases"].size() == 5);
  for (const nlohmann::json& c : fixture["cases"]) {
    const auto labels = c["labels"].get<std::vector<double>>();
    const auto predictions = c["predictions"].get<std::vector<double>>();
    const Index k = c["num_classes"].get<Index>();
    Metrics m;
    m.figures = class_figures(labels, predictions, std::vector<std::string>(static_cast<std::size_t>(k)));
    CHECK_THAT(m.figures.values[0], WithinAbs(c["accuracy"].get<double>(), 1e-12));
    CHECK_THAT(m.figures.values[1], WithinAbs(c["macro_f1"].get<double>(), 1e-12));
    CHECK_THAT(m.figures.values[2], WithinAbs(c["weighted_f1"].get<double>(), 1e-12));
    CHECK_THAT(m.figures.values[3], WithinAbs(c["mcc"].get<double>(), 1e-12));
    for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) {
      const ClassMetrics& of = m.figures.classes[i];
      CHECK_THAT(of.precision, WithinAbs(c["precision"][i].get<double>(), 1e-12));
      CHECK_THAT(of.recall, WithinAbs(c["recall"][i].get<double>(), 1e-12));
      CHECK_THAT(of.f1, WithinAbs(c["f1"][i].get<double>(), 1e-12));
      CHECK(of.support == c["support"][i].get<Index>());
      CHECK(m.confusion_row(static_cast<Index>(i)) == c["confusion"][i].get<std::vector<Index>>());
    }
  }
}

TEST_CASE("the monitored metric is the one that is named, the task's first where none is") {
  const std::vector<MetricInfo> all{
      {"loss", "loss", false}, {"accuracy", "accuracy"}, {"macro_f1", "macro F1"}};
  CHECK(monitored_metric(all, "loss") == 0);
  CHECK(monitored_metric(all, "macro_f1") == 2);
  CHECK(monitored_metric(all, "") == 1);
  CHECK_THROWS_WITH(monitored_metric(all, "r2"),
                    "train.monitor is \"r2\"; allowed with this task: loss | accuracy | macro_f1");
}

const MetricInfo rises{"accuracy", "accuracy"}, falls{"loss", "loss", false};

TEST_CASE("a monitored metric improves upwards, the loss downwards") {
  CHECK(improves(rises, 0.9, 0.8));
  CHECK_FALSE(improves(rises, 0.8, 0.8));
  CHECK(improves(falls, 0.1, 0.2));
  CHECK_FALSE(improves(falls, 0.3, 0.2));
}

TEST_CASE("a figure that is no number is worse than any that is") {
  const double none = std::nan("");
  for (const MetricInfo& metric : {rises, falls}) {
    CHECK(improves(metric, 0.1, none));
    CHECK_FALSE(improves(metric, none, 0.1));
    CHECK_FALSE(improves(metric, none, none));
  }
}

TEST_CASE("a model that gives one answer to everything is named, with the share for which it is right") {
  const std::vector<std::string> names{"common", "rare"};
  Metrics m;
  const auto note_of = [&](const std::vector<double>& labels, const std::vector<double>& predictions) {
    m.figures = class_figures(labels, predictions, names);
    m.sequences = m.items = std::ssize(labels);
    return one_answer_note(m);
  };
  CHECK(note_of({0, 0, 1, 0}, {0, 0, 0, 0}) ==
        "the model gives one answer to everything, \"common\", which 0.7500 of 4 sequences have: it tells "
        "nothing "
        "apart");
  CHECK(note_of({0, 0, 0}, {0, 0, 0}).empty());  // nothing to tell apart
  CHECK(note_of({0, 0, 1, 0}, {0, 0, 0, 1}).empty());
  CHECK(note_of({0, 1}, {0, 1}).empty());
}
