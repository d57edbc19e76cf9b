// Figures of probabilities against scikit-learn's (scripts/make_golden_statistics.py).
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "statistics/ranks.hpp"
#include "statistics/score_figures.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

nlohmann::json fixture() {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/statistics.json");
  return nlohmann::json::parse(file);
}

std::vector<double> numbers(const nlohmann::json& list) { return list.get<std::vector<double>>(); }

void check(const std::vector<NamedFigure>& found, const nlohmann::json& wanted) {
  CHECK(found.size() == wanted.size());
  for (const NamedFigure& figure : found) {
    INFO(figure.name);
    CHECK_THAT(figure.value, WithinAbs(wanted[figure.name].get<double>(), 1e-12));
  }
}

}  // namespace

TEST_CASE("figures of classes' probabilities agree with scikit-learn") {
  const nlohmann::json all = fixture();
  REQUIRE(all["classes"].size() == 4);
  for (const nlohmann::json& c : all["classes"]) {
    const std::vector<double> scores = numbers(c["scores"]), labels = numbers(c["labels"]),
                              predictions = numbers(c["predictions"]);
    check(class_figures_of({scores, labels, predictions, c["classes"].get<Index>()}), c["figures"]);
    const auto without = class_figures_of({{}, labels, predictions, c["classes"].get<Index>()});
    REQUIRE(without.size() == 2);
    CHECK_THAT(without.front().value, WithinAbs(c["figures"]["kappa"].get<double>(), 1e-12));
  }
}

TEST_CASE("figures of labels' probabilities agree with scikit-learn") {
  const nlohmann::json all = fixture();
  for (const nlohmann::json& c : all["labels"])
    check(label_figures_of(numbers(c["scores"]), numbers(c["targets"]), c["labels"].get<Index>()),
          c["figures"]);
}

TEST_CASE("the area under ROC by thresholds is the one by ranks") {
  const std::vector<double> scores{0.1, 0.5, 0.5, 0.9, 0.2, 0.5}, positive{0, 1, 0, 1, 0, 1};
  CHECK_THAT(ranking_figures(scores, positive).area_under_roc,
             WithinAbs(area_under_roc(scores, positive), 1e-15));
  CHECK(std::isnan(ranking_figures(scores, std::vector<double>(6, 0)).average_precision));
}

TEST_CASE("answers below a probability are left out, those at it are not") {
  const std::vector<double> scores{0.5, 0.5, 0.25, 0.75, 1, 0}, labels{0, 0, 0}, predictions{0, 1, 0};
  const ClassScores of{scores, labels, predictions, 2};
  const SureAnswers all = sure_answers(of, 0), some = sure_answers(of, 0.75), none = sure_answers(of, 1.1);
  CHECK(all.coverage == 1);
  CHECK(all.accuracy == 2.0 / 3);
  CHECK(some.count == 2);
  CHECK(some.coverage == 2.0 / 3);
  CHECK(some.accuracy == 0.5);
  CHECK(none.coverage == 0);
  CHECK(std::isnan(none.accuracy));
}

TEST_CASE("a confidence on an edge is in the bin below it") {
  const std::vector<double> confidence{0.5, 0.50001, 1.0, 0.0}, right{1, 0, 1, 0};
  const auto bins = confidence_bins(confidence, right, 2);
  CHECK(bins[0].count == 2);
  CHECK(bins[0].accuracy == 0.5);
  CHECK(bins[1].count == 2);
  CHECK_THAT(bins[1].confidence, WithinAbs(0.750005, 1e-12));
}
