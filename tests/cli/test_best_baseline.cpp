// Which simple model a run is compared with.
#include <cmath>

#include "catch.hpp"
#include "cli/baseline_comparison.hpp"

using namespace orochi;

namespace {

Baseline baseline(const char* name, double cross_validated, double on_validation) {
  Baseline result;
  result.name = name;
  result.cross_validated = cross_validated;
  result.validation.values = {on_validation};
  return result;
}

std::string best_of(bool has_validation, const std::vector<Baseline>& baselines) {
  LoadedData data;
  if (has_validation) data.validation.offsets = {0, 1};
  const SplitTexts texts;
  const Tasks tasks = builtin_tasks();
  const std::unique_ptr<Task> task = tasks.make({"classification"});
  const BaselineRequest request{data, texts, *task, {tasks.find("classification")->metrics.front()}};
  return baselines[best_baseline(request, baselines)].name;
}

}  // namespace

TEST_CASE("validation data chooses the baseline, cross-validation among equals and where there is none") {
  const double none = std::nan("");
  const std::vector<Baseline> baselines{baseline("majority", none, 0.4), baseline("neighbors", 0.8, 0.9),
                                        baseline("svm", 0.95, 0.9), baseline("logistic", 0.99, 0.8)};
  CHECK(best_of(true, baselines) == "svm");
  CHECK(best_of(false, baselines) == "logistic");
  CHECK(best_of(true, {baseline("majority", none, 0.5), baseline("svm", 0.6, 0.5)}) == "svm");
  CHECK(best_of(true, {baseline("svm", 0.6, 0.5), baseline("majority", none, 0.5)}) == "svm");
}
