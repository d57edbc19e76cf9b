// Temperature scaling against SciPy's minimum (scripts/make_golden_statistics.py) and a scale that is known.
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "data/split_mix.hpp"
#include "statistics/temperature.hpp"

using namespace orochi;
using catch_matchers::WithinRel;

TEST_CASE("the temperature is that of the lowest cross entropy") {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/statistics.json");
  const nlohmann::json all = nlohmann::json::parse(file)["temperatures"];
  REQUIRE(all.size() == 2);
  for (const nlohmann::json& c : all)
    CHECK_THAT(fit_temperature(c["logits"].get<std::vector<double>>(), c["labels"].get<std::vector<double>>(),
                               c["classes"].get<Index>()),
               WithinRel(c["temperature"].get<double>(), 1e-6));
}

TEST_CASE("the temperature finds what logits were multiplied by") {
  SplitMix random(3, 0);
  const auto uniform = [&] { return static_cast<double>(random.next()) * 0x1p-64; };
  std::vector<double> logits, labels;
  for (int i = 0; i < 20'000; ++i) {  // labels are drawn from softmax([z, 0])
    const double z = 6 * uniform() - 3;
    logits.insert(logits.end(), {2.5 * z, 0});
    labels.push_back(uniform() < 1 / (1 + std::exp(-z)) ? 0 : 1);
  }
  CHECK_THAT(fit_temperature(logits, labels, 2), WithinRel(2.5, 0.05));
}

TEST_CASE("the temperature is bounded where every answer is right, or wrong") {
  const std::vector<double> logits{1, 0, 0, 1}, right{0, 1}, wrong{1, 0};
  CHECK_THAT(fit_temperature(logits, right, 2), WithinRel(0.1, 1e-9));
  CHECK_THAT(fit_temperature(logits, wrong, 2), WithinRel(10, 1e-9));
  CHECK(fit_temperature({}, {}, 2) == 1);
}
