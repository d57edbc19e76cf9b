// What a run takes from its training data.
#include "catch.hpp"
#include "run/run_data.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;

TEST_CASE("balanced class weights are scikit-learn's") {
  const Workplace place("balanced");
  std::ofstream file(place.root / "train.tsv");
  for (const char* label : {"a", "a", "a", "a", "a", "a", "b", "b", "b", "c"}) file << label << "\tACGT\n";
  file.close();
  TrainRequest request = place.request("run");
  request.overrides = {"task.class_weights=balanced", "data.test=", "data.validation_fraction=0"};
  const Extensions registry = builtin();
  const RunData data = load_run_data(prepare_run(request, registry), request, registry);
  // compute_class_weight("balanced", classes=["a", "b", "c"], y=...)
  const std::vector<double> expected{0.5555555555555556, 1.1111111111111112, 3.3333333333333335};
  for (std::size_t k = 0; k < expected.size(); ++k) {
    const auto label = static_cast<double>(k);
    CHECK_THAT(data.task->weight({&label, 1}), catch_matchers::WithinRel(expected[k], 1e-6));
  }
}
