// Tasks written outside the tree that get something wrong: an error that says what, never a crash.
#include <cmath>

#include <orochi/losses.hpp>

#include "catch.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

enum class Fault { none, parses_two, parses_none, one_metric_too_few, one_metric_too_many };

/// 1 for "yes", -1 for anything else; keeps nothing in checkpoints.
class Sign : public Task {
 public:
  explicit Sign(Fault fault) : fault_(fault) {}
  Index outputs() const override { return 1; }
  std::string check(std::string_view) const override { return {}; }
  void fit(std::span<const std::string>) override {}
  void parse(std::string_view target, std::vector<double>& numbers) const override {
    const int count = fault_ == Fault::parses_two ? 2 : fault_ == Fault::parses_none ? 0 : 1;
    for (int i = 0; i < count; ++i) numbers.push_back(target == "yes" ? 1 : -1);
  }
  std::string text(std::span<const double> target) const override { return target[0] > 0 ? "yes" : "no"; }
  void save(State&) const override {}
  void load(const State&) override {}
  std::string summary() const override { return "a sign"; }
  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    return mean_squared_error(outputs, batch.targets, batch.weights, normalizer);
  }
  double chance_loss() const override { return 1; }
  double score(std::span<const Scalar> outputs, std::span<const double> target) const override {
    return (outputs[0] > 0) == (target[0] > 0);
  }
  Figures metrics(const Outcomes&) const override {
    Figures figures;
    figures.values.assign(fault_ == Fault::one_metric_too_few    ? 0
                          : fault_ == Fault::one_metric_too_many ? 2
                                                                 : 1,
                          0.5);
    return figures;
  }
  Prediction predict(std::span<const Scalar> outputs) const override {
    return {{outputs[0] > 0 ? "yes" : "no"}, {}, {}};
  }

 private:
  Fault fault_;
};

Ending ending_with(Fault fault) {
  const Workplace place("faulty-" + std::to_string(static_cast<int>(fault)));
  Extensions extensions = builtin();
  extensions.tasks.add({"sign", "", {}, {{"right", "right", true}}, [=](const Settings&) {
                          return std::make_unique<Sign>(fault);
                        }});
  TrainRequest request = place.request("run");
  request.overrides = {"task=sign", "train.epochs=1"};
  Silent observer;
  return ending_of(request, observer, extensions);
}

}  // namespace

TEST_CASE("a task that keeps nothing in checkpoints trains and is tested") {
  CHECK(ending_with(Fault::none).message == "");
}

TEST_CASE("a task that gives another count of numbers than it says is an error at the target") {
  CHECK_THAT(ending_with(Fault::parses_two).message,
             Contains("train.tsv:1: error: [task] expected 1 number of a target, found 2"));
  CHECK_THAT(ending_with(Fault::parses_none).message, Contains("found 0"));
}

TEST_CASE("a task that gives another count of metrics than it was registered with is an error") {
  CHECK_THAT(ending_with(Fault::one_metric_too_few).message,
             Contains("[task] expected 1 metrics, as it was registered with, found 0"));
  CHECK_THAT(ending_with(Fault::one_metric_too_many).message, Contains("found 2"));
}
