// check_task finds what a task gets wrong, and nothing in those that come with Orochi.
#include <cmath>

#include <orochi/losses.hpp>
#include <orochi/task_check.hpp>

#include "catch.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

enum class Fault { none, gradient, mean, weights, text, state, metrics, scores };

/// Two numbers for each label; each fault breaks one rule.
class Faulty : public LabelTask {
 public:
  explicit Faulty(Fault fault) : fault_(fault) {}
  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    if (fault_ == Fault::gradient) {
      Var y = outputs.tape().result(1, 1);
      y.value()(0, 0) = outputs.value().squaredNorm() / static_cast<Scalar>(normalizer);
      y.pullback(
          [=] { outputs.add_grad(outputs.value() * (y.grad()(0, 0) / static_cast<Scalar>(normalizer))); });
      return y;
    }
    const double divisor = fault_ == Fault::mean ? static_cast<double>(batch.num_targets()) : normalizer;
    std::vector<double> ones(batch.targets.size() * static_cast<std::size_t>(outputs.cols()), 1.0);
    return mean_squared_error(outputs, ones,
                              fault_ == Fault::weights ? std::span<const float>() : batch.weights, divisor);
  }
  std::string text(std::span<const double> target) const override {
    return fault_ == Fault::text ? labels().names().front() : LabelTask::text(target);
  }
  void save(State& state) const override {
    if (fault_ != Fault::state) return LabelTask::save(state);
    state.set("labels", std::vector<std::string>{"a", "b", "d"});
  }
  Figures metrics(const Outcomes& outcomes) const override {
    Figures figures = LabelTask::metrics(outcomes);
    figures.values.resize(fault_ == Fault::metrics ? 2 : 1);
    return figures;
  }
  std::vector<std::string> score_names() const override {
    return fault_ == Fault::scores ? std::vector<std::string>{"one"} : LabelTask::score_names();
  }
  Prediction predict(std::span<const Scalar> outputs) const override {
    Prediction prediction = LabelTask::predict(outputs);
    if (fault_ != Fault::scores) prediction.scores.clear();
    return prediction;
  }

 private:
  Fault fault_;
};

/// Asks for a row of each sequence, the one that an own count says.
class Careless : public SelfSupervisedTask {
 public:
  explicit Careless(const Settings&) {}
  Index outputs() const override { return 1; }
  std::string summary() const override { return "rows"; }
  void ask(const Batch& batch, RandomKey, Asked& asked) const override {
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      asked.rows.push_back(batch.first_row(b) + std::min(b, batch.length(b) - 1));
      asked.targets.push_back(1);
    }
  }
  Var loss(Var outputs, const Batch& batch, double normalizer) const override {
    return mean_squared_error(outputs, batch.targets, batch.weights, normalizer);
  }
  double chance_loss() const override { return 1; }
  double score(std::span<const Scalar>, std::span<const double>) const override { return 0; }
  Figures metrics(const Outcomes&) const override { return {}; }
  Prediction predict(std::span<const Scalar>) const override { return {}; }
};

std::vector<std::string> errors_of(Fault fault) {
  const TaskEntry entry{"faulty", "", {}, {{"accuracy", "accuracy"}}, [fault](const Settings&) {
                          return std::make_unique<Faulty>(fault);
                        }};
  return check_task(entry, std::vector<std::string>{"a", "b", "c", "a"}, 7);
}

}  // namespace

TEST_CASE("a task's faults are found, one by one") {
  CHECK(errors_of(Fault::none).empty());
  const std::vector<std::pair<Fault, std::string>> cases{
      {Fault::gradient, "by central differences"},
      {Fault::mean, "two parts of a batch should add up"},
      {Fault::weights, "weights of 2 should give"},
      {Fault::text, "target \"b\" should be read as the same"},
      {Fault::state, "saved and loaded"},
      {Fault::metrics, "should give 1 values, as many as registered; found 2"},
      {Fault::scores, "should have 1 scores"}};
  for (const auto& [fault, text] : cases) {
    const std::vector<std::string> errors = errors_of(fault);
    INFO(text);
    REQUIRE_FALSE(errors.empty());
    CHECK_THAT(errors.front(), Contains("[faulty] ") && Contains(text));
  }
}

TEST_CASE("the tasks that come with Orochi keep to all of it") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> targets{
      {"classification", {"a", "b", "c", "b"}},
      {"multi_label", {"a,b", "b", "c", "a"}},
      {"regression", {"1.5", "-2", "0.25", "7"}},
      {"regression", {"1.5,2", "-2,1", "0.25,0", "7,-3"}},
      {"token_labels", {"B-x I-x O", "O", "O B-y", "B-x"}},
      {"masked_tokens", {"GATTACA", "CAT", "TAGGATCCATGAGCTA", "A"}},
      {"masked_rows", {"1,2,3:4,5,6", "0.5,1:-1,3", "7,1,2,3,4:1,1,0,2,5"}}};
  const Tasks tasks = builtin_tasks();
  for (const auto& [name, texts] : targets)
    for (const std::uint64_t seed : {1u, 2u, 3u})
      CHECK(check_task(*tasks.find(name), texts, seed) == std::vector<std::string>{});
}

TEST_CASE("a task without labels that asks by a sequence's place in the batch is found") {
  Tasks tasks;
  tasks.add<Careless>("careless", "", {}, {});
  const std::vector<std::string> errors =
      check_task(*tasks.find("careless"), std::vector<std::string>{"GATTACA", "CATG"}, 7);
  REQUIRE(errors.size() == 1);
  CHECK_THAT(errors.front(), Contains("[careless] sequence 1 should be asked the same"));
}
