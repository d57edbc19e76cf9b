// What a run takes from its training data.
#include "catch.hpp"
#include "train/run_data.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;

TEST_CASE("balanced class weights are scikit-learn's") {
  const Workplace place("balanced");
  std::ofstream file(place.root / "train.tsv");
  for (const char* label : {"a", "a", "a", "a", "a", "a", "b", "b", "b", "c"}) file << label << "\tACGT\n";
  file.close();
  TrainRequest request = place.request("run");
  request.overrides = {"train.class_weights=balanced", "data.test=", "data.validation_fraction=0"};
  const Extensions registry = builtin();
  const std::vector<Scalar> weights =
      load_run_data(prepare_run(request, registry), request, registry).class_weights;
  // compute_class_weight("balanced", classes=["a", "b", "c"], y=...)
  const std::vector<double> expected{0.5555555555555556, 1.1111111111111112, 3.3333333333333335};
  REQUIRE(weights.size() == expected.size());
  for (std::size_t k = 0; k < weights.size(); ++k)
    CHECK_THAT(static_cast<double>(weights[k]), catch_matchers::WithinRel(expected[k], 1e-6));
}
