// The corrected resampled t and McNemar's test against SciPy (scripts/make_golden_statistics.py).
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "statistics/paired.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;
using catch_matchers::WithinRel;

namespace {

nlohmann::json golden(const char* name) {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/statistics.json");
  const nlohmann::json all = nlohmann::json::parse(file)[name];
  REQUIRE(all.size() >= 3);
  return all;
}

}  // namespace

TEST_CASE("the quantiles of Student's t are SciPy's") {
  for (const nlohmann::json& c : golden("quantiles"))
    CHECK_THAT(student_quantile(c[0].get<double>(), c[1].get<Index>()), WithinRel(c[2].get<double>(), 1e-10));
  CHECK_THAT(student_quantile(0.5, 4), WithinAbs(0, 1e-12));
}

TEST_CASE("the corrected interval is Nadeau's and Bengio's") {
  for (const nlohmann::json& c : golden("paired")) {
    const Interval found =
        corrected_interval(c["differences"].get<std::vector<double>>(), c["test_to_train"].get<double>());
    CHECK_THAT(found.low, WithinRel(c["interval"][0].get<double>(), 1e-10));
    CHECK_THAT(found.high, WithinRel(c["interval"][1].get<double>(), 1e-10));
  }
  const std::vector<double> equal(5, 0.25);
  CHECK(corrected_interval(equal, 0.25).low == 0.25);
  CHECK(corrected_interval(equal, 0.25).high == 0.25);
  CHECK(std::isnan(corrected_interval(std::vector{0.1, std::nan("")}, 1).low));
}

TEST_CASE("McNemar's test is the binomial one") {
  for (const nlohmann::json& c : golden("mcnemar"))
    CHECK_THAT(mcnemar(c[0].get<Index>(), c[1].get<Index>()), WithinRel(c[2].get<double>(), 1e-9));
  CHECK(mcnemar(0, 0) == 1);
}

TEST_CASE("mean and standard deviation of a few values") {
  const Spread found = spread_of(std::vector<double>{1, 2, 4});
  CHECK_THAT(found.mean, WithinRel(7.0 / 3, 1e-15));
  CHECK_THAT(found.std, WithinRel(std::sqrt(7.0 / 3), 1e-15));  // (16 + 1 + 25) / 9 / 2
}
