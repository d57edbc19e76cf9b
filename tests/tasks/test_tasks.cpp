// Each task against PyTorch (loss, gradient), scikit-learn and SciPy (metrics): scripts/make_golden_tasks.py.
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include <orochi/error.hpp>

#include "catch.hpp"
#include "tasks.hpp"
#include "tasks/builtin.hpp"

using namespace orochi;
using catch_matchers::Contains;
using catch_matchers::WithinAbs;

namespace {

constexpr double precision = sizeof(Scalar) < 8 ? 2e-6 : 1e-12;

Options options_of(const nlohmann::json& json) {
  Options options;
  for (const auto& [name, value] : json.items())
    options[name] = value.is_array()    ? OptionValue(value.get<std::vector<double>>())
                    : value.is_string() ? OptionValue(value.get<std::string>())
                                        : OptionValue(value.get<double>());
  return options;
}

/// A task that has learned from a case's targets, and its batch.
struct Learned {
  explicit Learned(const nlohmann::json& c) : task(new_task(c["task"], options_of(c["options"]))) {
    const auto texts = c["targets"].get<std::vector<std::string>>();
    task->fit(texts);
    for (const std::string& text : texts) task->parse(text, targets);
    task->fit_split(targets);
    const Index items = std::ssize(targets) / task->target_width();
    for (Index i = 0; i <= items; ++i) offsets.push_back(i);
    if (!c["offsets"].is_null()) offsets = c["offsets"].get<std::vector<Index>>();
    batch.offsets = offsets;
    batch.targets = targets;
    batch.target_width = task->target_width();
    for (const double output : c["outputs"].get<std::vector<double>>())
      outputs.push_back(static_cast<Scalar>(output));
  }
  double normalizer() const {
    double sum = 0;
    const Index width = task->target_width();
    for (Index i = 0; i < batch.num_targets(); ++i)
      sum += (batch.weights.empty() ? 1 : static_cast<double>(batch.weights[static_cast<std::size_t>(i)])) *
             task->weight(
                 batch.targets.subspan(static_cast<std::size_t>(i * width), static_cast<std::size_t>(width)));
    return sum;
  }
  std::unique_ptr<Task> task;
  std::vector<double> targets;
  std::vector<Index> offsets;
  std::vector<Scalar> outputs;
  Batch batch;
};

/// The loss and, if asked for, its gradient.
double loss_of(const Learned& learned, std::vector<double>* gradient = nullptr) {
  Parameters parameters;
  parameters.allocate();
  Gradients gradients(parameters);
  Tape tape(parameters);
  tape.begin(Mode::train, &gradients, {});
  const Index k = learned.task->outputs();
  Var outputs = tape.input(std::ssize(learned.outputs) / k, k, true);
  std::copy(learned.outputs.begin(), learned.outputs.end(), outputs.data());
  std::vector<Scalar> found(learned.outputs.size());
  Var watched = tape.result(outputs.rows(), k);
  watched.value() = outputs.value();
  Scalar* into = found.data();
  watched.pullback([=] { std::copy_n(watched.grad().data(), watched.rows() * watched.cols(), into); });
  const Var loss = learned.task->loss(watched, learned.batch, learned.normalizer());
  loss.add_grad(RowMatrix::Ones(1, 1));
  tape.backward();
  if (gradient != nullptr) gradient->assign(found.begin(), found.end());
  return static_cast<double>(loss.value()(0, 0));
}

nlohmann::json fixture() {
  std::ifstream file(std::string(std::getenv("OROCHI_TEST_DATA")) + "/tasks.json");
  return nlohmann::json::parse(file);
}

/// Everything that is kept of the outputs. [M, kept]
std::vector<double> kept_of(const Learned& learned) {
  const auto k = static_cast<std::size_t>(learned.task->outputs()),
             each = static_cast<std::size_t>(learned.task->kept());
  std::vector<double> kept(learned.outputs.size() / k * each);
  for (std::size_t i = 0; i * k < learned.outputs.size(); ++i)
    learned.task->keep(std::span(learned.outputs).subspan(i * k, k), std::span(kept).subspan(i * each, each));
  return kept;
}

}  // namespace

TEST_CASE("losses and gradients are PyTorch's, metrics scikit-learn's") {
  const nlohmann::json cases = fixture()["cases"];
  REQUIRE(cases.size() == 9);
  for (const nlohmann::json& c : cases) {
    INFO(c["task"] << " " << c["options"]);
    const Learned learned(c);
    REQUIRE(learned.task->outputs() == c["columns"].get<Index>());
    std::vector<double> gradient;
    CHECK_THAT(loss_of(learned, &gradient), WithinAbs(c["loss"].get<double>(), precision * 10));
    const auto expected = c["gradient"].get<std::vector<double>>();
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK_THAT(gradient[i], WithinAbs(expected[i], precision));
    const std::vector<double> kept = kept_of(learned);
    const Figures figures = learned.task->metrics({kept, learned.targets, learned.offsets});
    const Tasks tasks = builtin_tasks();
    const std::vector<MetricInfo>& names = tasks.find(c["task"].get<std::string>())->metrics;
    REQUIRE(figures.values.size() == names.size());
    for (std::size_t m = 0; m < names.size(); ++m) {
      INFO(names[m].name);
      CHECK_THAT(figures.values[m],
                 WithinAbs(c["metrics"][names[m].name].get<double>(), sizeof(Scalar) == 8 ? 1e-12 : 2e-6));
    }
  }
}

TEST_CASE("a gradient is the derivative of the loss") {
  for (const nlohmann::json& c : fixture()["cases"]) {
    if (sizeof(Scalar) < 8) continue;
    INFO(c["task"] << " " << c["options"]);
    Learned learned(c);
    std::vector<double> gradient;
    loss_of(learned, &gradient);
    for (std::size_t i = 0; i < learned.outputs.size(); ++i) {
      const Scalar saved = learned.outputs[i];
      const auto moved = [&](double step) {
        learned.outputs[i] = saved + static_cast<Scalar>(step);
        const double loss = loss_of(learned);
        learned.outputs[i] = saved;
        return loss;
      };
      CHECK_THAT(gradient[i], WithinAbs((moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-8));
    }
  }
}

TEST_CASE("an item of weight n counts as n items, with any task") {
  for (const nlohmann::json& c : fixture()["cases"]) {
    INFO(c["task"] << " " << c["options"]);
    Learned once(c), often(c);
    const Index items = once.batch.num_targets();
    const auto k = static_cast<std::size_t>(once.task->outputs()),
               width = static_cast<std::size_t>(once.task->target_width());
    std::vector<float> weights;  // 1, 2, 3, 1, ...
    often.outputs.clear(), often.targets.clear();
    for (Index i = 0; i < items; ++i) {
      weights.push_back(static_cast<float>(1 + i % 3));
      const auto item = static_cast<std::size_t>(i);
      for (Index n = 0; n < 1 + i % 3; ++n) {
        const auto output = once.outputs.begin() + i * static_cast<Index>(k);
        often.outputs.insert(often.outputs.end(), output, output + static_cast<Index>(k));
        const auto target = std::span(once.targets).subspan(item * width, width);
        often.targets.insert(often.targets.end(), target.begin(), target.end());
      }
    }
    once.batch.weights = weights;
    often.batch.targets = often.targets;
    std::vector<double> gradient, expected;
    CHECK_THAT(loss_of(once, &gradient), WithinAbs(loss_of(often, &expected), precision * 10));
    for (std::size_t i = 0, at = 0; i < gradient.size(); ++i) {
      const auto n = static_cast<std::size_t>(weights[i / k]);
      double sum = 0;
      for (std::size_t copy = 0; copy < n; ++copy) sum += expected[at + copy * k + i % k];
      if (i % k == k - 1) at += n * k;
      CHECK_THAT(gradient[i], WithinAbs(sum, precision));
    }
  }
}

TEST_CASE("an item's loss is that of training without weights and smoothing, also by the default") {
  for (const nlohmann::json& c : fixture()["cases"]) {
    if (c["options"].contains("label_smoothing") || c["options"].contains("positive_weights")) continue;
    INFO(c["task"] << " " << c["options"]);
    const Learned learned(c);
    const auto k = static_cast<std::size_t>(learned.task->outputs()),
               width = static_cast<std::size_t>(learned.task->target_width());
    double own = 0, by_default = 0;
    for (std::size_t i = 0; i * width < learned.targets.size(); ++i) {
      const auto outputs = std::span(learned.outputs).subspan(i * k, k);
      const auto target = std::span(learned.targets).subspan(i * width, width);
      own += learned.task->item_loss(outputs, target) / learned.normalizer();
      by_default += learned.task->Task::item_loss(outputs, target) / learned.normalizer();
    }
    CHECK_THAT(own, WithinAbs(c["loss"].get<double>(), precision * 10));
    CHECK_THAT(by_default, WithinAbs(c["loss"].get<double>(), precision * 10));
  }
}

TEST_CASE("what a task has learned is what it loads, and says the same") {
  for (const nlohmann::json& c : fixture()["cases"]) {
    const Learned learned(c);
    State state, again;
    learned.task->save(state);
    const std::unique_ptr<Task> loaded = new_task(c["task"], options_of(c["options"]));
    loaded->load(state);
    loaded->save(again);
    CHECK(state == again);
    CHECK(loaded->summary() == learned.task->summary());
    const auto k = static_cast<std::size_t>(learned.task->outputs());
    const auto first = std::span(learned.outputs).first(k);
    CHECK(loaded->predict(first).text() == learned.task->predict(first).text());
    CHECK_THROWS_AS(new_task(c["task"])->load(State()), Error);
  }
}

TEST_CASE("thresholds are those of the highest F1 of each label") {
  const nlohmann::json c = fixture()["cases"][2];
  for (const bool tunes : {true, false}) {
    const std::unique_ptr<Task> task = new_task("multi_label", {{"tune_thresholds", tunes}});
    const Learned learned(c);
    task->fit(c["targets"].get<std::vector<std::string>>());
    const std::vector<double> kept = kept_of(learned);
    const Outcomes outcomes{kept, learned.targets, learned.offsets};
    task->tune(outcomes);
    const Figures figures = task->metrics(outcomes);
    for (std::size_t k = 0; k < 3; ++k) {
      double best = 0;  // over every threshold that tells two scores apart
      for (std::size_t t = k; t < kept.size(); t += 3) {
        double hits = 0, found = 0, wanted = 0;
        for (std::size_t i = k; i < kept.size(); i += 3) {
          wanted += learned.targets[i], found += kept[i] >= kept[t];
          hits += kept[i] >= kept[t] ? learned.targets[i] : 0;
        }
        best = std::max(best, 2 * hits / (found + wanted));
      }
      if (tunes) CHECK_THAT(figures.classes[k].f1, WithinAbs(best, 1e-12));
      if (!tunes && k == 0)
        CHECK_THAT(figures.values[0], WithinAbs(c["metrics"]["micro_f1"].get<double>(), 1e-12));
    }
  }
}

TEST_CASE("balanced positive weights are without over with") {
  const std::unique_ptr<Task> task = new_task("multi_label", {{"positive_weights", std::string("balanced")}});
  const std::vector<std::string> texts{"a", "a,b", "a", "", "a"};
  task->fit(texts);
  std::vector<double> targets;
  for (const std::string& text : texts) task->parse(text, targets);
  task->fit_split(targets);
  const std::unique_ptr<Task> given =
      new_task("multi_label", {{"positive_weights", std::vector<double>{0.25, 4}}});
  given->fit(texts);
  given->fit_split(targets);
  Parameters none;
  none.allocate();
  const std::vector<Index> offsets{0, 1, 2, 3, 4, 5};
  std::vector<double> losses;
  for (const Task* one : {task.get(), given.get()}) {
    Tape tape(none);
    tape.begin(Mode::infer, nullptr, {});
    Var outputs = tape.input(5, 2, false);
    outputs.value().setConstant(Scalar(0.3));
    Batch batch;
    batch.offsets = offsets;
    batch.targets = targets;
    batch.target_width = 2;
    losses.push_back(static_cast<double>(one->loss(outputs, batch, 5).value()(0, 0)));
  }
  CHECK(losses[0] == losses[1]);
}

TEST_CASE("targets that do not fit are refused with what was expected") {
  const auto message = [](const std::string& type, const std::vector<std::string>& fitted,
                          const std::string& target) {
    const std::unique_ptr<Task> task = new_task(type);
    if (const std::string wrong = task->check(target); !wrong.empty()) return wrong;
    try {
      task->fit(fitted);
      std::vector<double> numbers;
      task->parse(target, numbers);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("(no error)");
  };
  CHECK(message("regression", {"1"}, "two") ==
        "the target \"two\" is not a number; expected one like -1.5 or 2e-3");
  CHECK(message("regression", {"1"}, "nan") == "the target \"nan\" is out of range; expected at most 1e30");
  CHECK(message("regression", {"1"}, "") == "the target is empty; expected a number");
  CHECK(message("regression", {"1"}, "1,2") ==
        "the target \"1,2\" has 2 numbers; expected 1, as the first one");
  CHECK_THAT(message("multi_label", {"a,b"}, "a,c"),
             Contains("label \"c\" does not occur in the training data"));
  CHECK(message("multi_label", {"a,b"}, "a,,b") == "the label is empty; expected a name");
  CHECK(message("multi_label", {"a,b"}, "") == "(no error)");
  CHECK(message("token_labels", {"O B-X"}, "") ==
        "there is no label; expected one a row, with blanks between");
  CHECK_THAT(message("token_labels", {"O B-X"}, "O B-Y"), Contains("label \"B-Y\" does not occur"));
  CHECK_THAT(message("classification", {"a", "a"}, "a"), Contains("every sequence has the label \"a\""));
}

TEST_CASE("spans of BIO tags, where some begin without B") {
  const std::vector<std::string> names{"O", "B-A", "I-A", "I-B"};
  const std::vector<double> tags{2, 2, 3, 1, 1, 2, 0, 3};
  CHECK(bio_spans(tags, names) ==
        std::vector<Span>{{"A", 0, 2}, {"B", 2, 3}, {"A", 3, 4}, {"A", 4, 6}, {"B", 7, 8}});
}
