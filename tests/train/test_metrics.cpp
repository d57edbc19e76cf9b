// Metrics against scikit-learn's (scripts/make_metrics_fixture.py).
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "train/metrics.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

TEST_CASE("metrics agree with scikit-learn") {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/metrics.json");
  const nlohmann::json fixture = nlohmann::json::parse(file);
  REQUIRE(fixture["cases"].size() == 5);
  for (const nlohmann::json& c : fixture["cases"]) {
    const auto labels = c["labels"].get<std::vector<std::int32_t>>();
    const auto predictions = c["predictions"].get<std::vector<std::int32_t>>();
    const Index k = c["num_classes"].get<Index>();
    const Metrics m = compute_metrics(labels, predictions, k, 0.5);
    CHECK(m.loss == 0.5);
    CHECK(m.count == static_cast<Index>(labels.size()));
    CHECK_THAT(m.accuracy, WithinAbs(c["accuracy"].get<double>(), 1e-12));
    CHECK_THAT(m.macro_f1, WithinAbs(c["macro_f1"].get<double>(), 1e-12));
    CHECK_THAT(m.weighted_f1, WithinAbs(c["weighted_f1"].get<double>(), 1e-12));
    for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) {
      CHECK_THAT(m.classes[i].precision, WithinAbs(c["precision"][i].get<double>(), 1e-12));
      CHECK_THAT(m.classes[i].recall, WithinAbs(c["recall"][i].get<double>(), 1e-12));
      CHECK_THAT(m.classes[i].f1, WithinAbs(c["f1"][i].get<double>(), 1e-12));
      CHECK(m.classes[i].support == c["support"][i].get<Index>());
      CHECK(m.confusion_row(static_cast<Index>(i)) == c["confusion"][i].get<std::vector<Index>>());
    }
  }
}

TEST_CASE("the monitored metric is the one that is named") {
  Metrics m;
  m.loss = 1, m.accuracy = 2, m.macro_f1 = 3, m.weighted_f1 = 4;
  CHECK(monitored(m, "loss") == 1);
  CHECK(monitored(m, "accuracy") == 2);
  CHECK(monitored(m, "macro_f1") == 3);
  CHECK(monitored(m, "weighted_f1") == 4);
}

TEST_CASE("a monitored metric improves upwards, the loss downwards") {
  CHECK(improves("accuracy", 0.9, 0.8));
  CHECK_FALSE(improves("macro_f1", 0.8, 0.8));
  CHECK(improves("loss", 0.1, 0.2));
  CHECK_FALSE(improves("loss", 0.3, 0.2));
}

TEST_CASE("a figure that is no number is worse than any that is") {
  const double none = std::nan("");
  for (const char* monitor : {"loss", "accuracy"}) {
    CHECK(improves(monitor, 0.1, none));
    CHECK_FALSE(improves(monitor, none, 0.1));
    CHECK_FALSE(improves(monitor, none, none));
  }
}
