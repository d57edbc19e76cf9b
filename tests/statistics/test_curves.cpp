// Curves of thresholds against what their areas must be.
#include <cstdlib>
#include <fstream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "statistics/curves.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

TEST_CASE("curves pass through the thresholds of a small case") {
  // Of class 1: 0.9 right, 0.6 wrong, 0.4 right, 0.1 wrong.
  const std::vector<double> scores{0.1, 0.9, 0.4, 0.6, 0.6, 0.4, 0.9, 0.1}, labels{1, 0, 1, 0},
      predictions{1, 1, 0, 0};
  const ClassScores of{scores, labels, predictions, 2};
  const std::vector<double> roc = roc_curve(of), precision = precision_recall_curve(of),
                            risk = risk_coverage_curve(of);
  REQUIRE(roc.size() == curve_points);
  CHECK(roc[0] == 0.5);
  CHECK_THAT(roc[49], WithinAbs(0.5, 1e-12));
  CHECK_THAT(roc[50], WithinAbs(1, 1e-12));  // both classes are alike here
  CHECK(roc[100] == 1);
  CHECK(precision[0] == 1);
  CHECK(precision[50] == 1);
  CHECK_THAT(precision[51], WithinAbs(2.0 / 3, 1e-12));
  CHECK_THAT(precision[100], WithinAbs(2.0 / 3, 1e-12));
  CHECK(risk[0] == 0);
  CHECK(risk[50] == 0);
  CHECK_THAT(risk[75], WithinAbs(1.0 / 3, 1e-12));
  CHECK(risk[100] == 0.5);
}

TEST_CASE("the areas under the curves are scikit-learn's figures") {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/statistics.json");
  const nlohmann::json fixture = nlohmann::json::parse(file);
  for (const nlohmann::json& c : fixture["classes"]) {
    const auto scores = c["scores"].get<std::vector<double>>(),
               labels = c["labels"].get<std::vector<double>>(),
               predictions = c["predictions"].get<std::vector<double>>();
    const ClassScores of{scores, labels, predictions, c["classes"].get<Index>()};
    const auto area = [](const std::vector<double>& curve) {
      return (std::accumulate(curve.begin(), curve.end(), 0.0) - (curve.front() + curve.back()) / 2) / 100;
    };
    CHECK_THAT(area(roc_curve(of)), WithinAbs(c["figures"]["auroc"].get<double>(), 0.01));
    CHECK_THAT(area(precision_recall_curve(of)),
               WithinAbs(c["figures"]["average_precision"].get<double>(), 0.01));
  }
}
