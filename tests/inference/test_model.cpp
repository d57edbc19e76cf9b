// Model and the parts of a training loop, as a program uses them.
#include <thread>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/losses.hpp>
#include <orochi/model.hpp>
#include <orochi/predict.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "core/packed_weights.hpp"
#include "inference/model_file.hpp"
#include "small_model.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// Of numeric rows, 3 channels, 3 labels.
Model numeric_model(std::uint64_t seed) {
  Config config = small_config();
  config.data.format = {"ts", {}};
  Preprocessing preprocessing;
  preprocessing.channels = 3;
  preprocessing.mean = {0, 0.5f, 1};
  preprocessing.deviation = {1, 2, 1};
  Model model(config, preprocessing, class_task(3));
  model.classifier->parameters().initialize(seed);
  return model;
}

/// Some updates of it.
void train_on(Model& model) {
  const Sequences data = random_sequences(30, 12, 0, 3, 3, 5);
  Stepper stepper(*model.classifier, model.config.train, 2);
  Updater updater(builtin().optimizers.make({"sgd", {}}), model.classifier->parameters());
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  for (std::uint32_t step = 0; step < 3; ++step) {
    Gradient gradient = stepper.gradient();
    gradient.add(batch, *model.task, 30, {1, step});
    updater.update(std::move(gradient), 0.5);
  }
}

std::vector<std::vector<double>> scores_of(const Model& model) {
  std::vector<std::vector<double>> scores;
  for (const Prediction& answer : model.predict(random_sequences(20, 12, 0, 3, 3, 6)))
    scores.push_back(answer.scores);
  return scores;
}

LossFunction sum_of_squares() {
  return [](Var outputs, const Batch&, double normalizer) {
    const std::vector<double> zeros(static_cast<std::size_t>(outputs.rows() * outputs.cols()));
    return mean_squared_error(outputs, zeros, {}, normalizer);
  };
}

}  // namespace

TEST_CASE("a model answers in the same bits where it was made, loaded, and trained on") {
  const Workplace place("model");
  const std::string path = (place.root / "a.h5").string();
  Model made = numeric_model(3);
  made.save(path);
  Model loaded = Model::load(path);
  const auto before = scores_of(made);
  CHECK(scores_of(loaded) == before);
  Inference inference(loaded, 2);
  const Sequences data = random_sequences(20, 12, 0, 3, 3, 6);
  const double loss_before = evaluate(inference, *loaded.task, data).metrics.loss;

  train_on(loaded);  // its weights were packed when it was loaded
  const auto after = scores_of(loaded);
  CHECK(after != before);
  const double loss_after = evaluate(inference, *loaded.task, data).metrics.loss;
  CHECK(loss_after != loss_before);
  loaded.save(path);
  const Model again = Model::load(path);
  CHECK(scores_of(again) == after);
  Inference fresh(again, 1);
  CHECK(evaluate(fresh, *again.task, data).metrics.loss == loss_after);
}

TEST_CASE("an Inference packs changed weights for itself, not where the model's readers are") {
  const Workplace place("model-packed");
  const std::string path = (place.root / "a.h5").string();
  numeric_model(3).save(path);
  Model model = Model::load(path);
  const std::shared_ptr<PackedWeights> of_readers = model.packed_weights();
  const Sequences data = random_sequences(5, 12, 0, 3, 3, 6);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  Inference inference(model, 2);
  inference.outputs(batch);
  train_on(model);
  const std::span<const Scalar> found = inference.outputs(batch);
  CHECK_FALSE(of_readers->is_current());  // as they were: somebody may be reading them
  Inference fresh(model, 1);
  CHECK(std::ranges::equal(found, fresh.outputs(batch)));
}

TEST_CASE("two models of different kinds are asked by eight threads at once") {
  const Workplace place("model-threads");
  Silent observer;
  train(place.request("run"), builtin(), observer);
  const Model texts = Model::load((place.root / "run/best.h5").string());
  const Model numbers = numeric_model(4);
  const std::vector<float> rows{1, 2, 3, 4, 5, 6};
  const std::string text = "ACATGCATA";
  const std::vector<double> of_text = texts.predict(text).scores, of_rows = numbers.predict(rows).scores;
  std::vector<int> wrong(8);
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i)
        wrong[t] += texts.predict(text).scores != of_text || numbers.predict(rows).scores != of_rows;
    });
  threads.clear();
  CHECK(wrong == std::vector<int>(8));
  CHECK_THROWS_WITH(texts.predict(rows), Contains("trained on texts"));
  CHECK_THROWS_WITH(numbers.predict(std::vector<float>{1, 2}), Contains("multiple of the 3 channels"));
}

TEST_CASE("many sequences are answered on several threads as each is by itself") {
  Config config = small_config();
  config.data.format = {"ts", {}};
  Preprocessing preprocessing;
  preprocessing.channels = 3;
  preprocessing.mean = {0, 0.5f, 1};
  preprocessing.deviation = {1, 2, 1};
  std::unique_ptr<Task> of_rows = new_task("token_labels");
  of_rows->fit(std::vector<std::string>{"a b c"});
  Model rows(config, preprocessing, std::move(of_rows));
  rows.classifier->parameters().initialize(5);
  const Model sequences = numeric_model(4);
  const Sequences data = random_sequences(300, 12, 0, 3, 3, 6);
  for (const Model* model : {&sequences, static_cast<const Model*>(&rows)}) {
    const std::vector<Prediction> found = predict(*model, data, 3);
    REQUIRE(std::ssize(found) == data.size());
    for (std::uint32_t i = 0; i < 300; i += 7) {
      const Prediction alone = model->predict(data.take({&i, 1})).front();
      CHECK(found[i].scores == alone.scores);
      CHECK(found[i].labels == alone.labels);
    }
  }
  CHECK(predict(sequences, data.take({}), 3).empty());
}

TEST_CASE("an error about one of several sequences has its number") {
  const Model model = numeric_model(4);
  const std::vector<float> good{1, 2, 3}, bad{1, 2};
  const std::vector<std::span<const float>> sequences{good, bad};
  CHECK_THROWS_WITH(encode(model, sequences), Contains("sequence 1, counted from 0: 2 numbers"));
  const std::vector<std::string> lines{"1,2:3,4:5,6", "1,2"};
  CHECK_THROWS_WITH(encode(model, lines), Contains("sequence 1, counted from 0: 1 dimension"));
  CHECK(encode(model, {lines.data(), 1}).size() == 1);
}

TEST_CASE("a model whose parts do not go together is refused when it is made") {
  Config config = small_config();  // of texts, and no tokenizer
  CHECK_THROWS_WITH(Model(config, {}, class_task(3)), Contains("vocabulary"));
  config.data.format = {"ts", {}};
  Preprocessing preprocessing;
  preprocessing.channels = 3;
  CHECK_THROWS_WITH(Model(config, preprocessing, class_task(3)), Contains("0 means"));
  CHECK_THROWS_WITH(Model(config, preprocessing, new_task("classification")),
                    Contains("\"classification\" has no outputs yet; fit it"));
}

/// Says that it has these moments.
class Named : public Optimizer {
 public:
  explicit Named(std::vector<std::string> names) : names_(std::move(names)) {}
  std::vector<std::string> moments() const override { return names_; }
  void update(const UpdateStep&, const UpdateRange&) const override {}

 private:
  std::vector<std::string> names_;
};

TEST_CASE("names that no checkpoint takes are refused where they are made") {
  Parameters parameters;
  for (const char* name : {"q q", "a/b", "a.", ".a", "a..b", "\xC3\xA9"}) {
    INFO(name);
    CHECK_THROWS_WITH(parameters.add(std::vector<std::string>{name}, {1}, Init::ones(), Use::vector),
                      Contains("expected a name of letters"));
  }
  CHECK_NOTHROW(parameters.add(std::vector<std::string>{"a.b-1_C"}, {1}, Init::ones(), Use::vector));
  parameters.allocate();
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"mean", "mean"}, {"first moment"}, {"a.b"}, {""}})
    CHECK_THROWS_WITH(Updater(std::make_unique<Named>(names), parameters),
                      Contains("expected moments of names of their own"));
}

TEST_CASE("registrations that cannot work are refused when they are used") {
  const std::vector<Option> twice{Option("a", 1.0, ""), Option("a", 2.0, "")};
  CHECK_THROWS_WITH(Settings("x", twice, {}), Contains("two options named \"a\""));
  const std::vector<Option> outside{Option("a", 0.0, "").above(0)};
  CHECK_THROWS_WITH(Settings("x", outside, {}), Contains("default of \"a\""));
  Extensions extensions = builtin();
  extensions.tasks.add({"mute", "", {}, {}, [](const Settings&) { return class_task(3); }});
  Config config = small_config();
  config.task = {"mute", {}};
  CHECK_THROWS_WITH(Model(config, {}, class_task(3), extensions), Contains("expected one metric or more"));
}

TEST_CASE("a name that is registered twice is an error where it is asked for") {
  Extensions extensions = builtin();
  extensions.schedules.add({"cosine", "", {}, nullptr});
  CHECK_THROWS_WITH(extensions.schedules.find("cosine"), Contains("two components are named \"cosine\""));
  CHECK(extensions.schedules.find("linear") != nullptr);
  CHECK_THROWS_WITH(component_schemas(extensions), Contains("\"cosine\""));
}

TEST_CASE("a task that names classes gives the figures of each") {
  Metrics metrics;
  metrics.figures.values = {0.5};
  metrics.figures.labels = {"a", "b"};
  metrics.figures.classes.resize(1);
  const std::vector<MetricInfo> all{{"loss", "loss", false}, {"accuracy", "accuracy"}};
  CHECK_THROWS_WITH(values_of(metrics, all), Contains("figures of 2 classes, one a label, found 1"));
  metrics.figures.classes.resize(2);
  CHECK(values_of(metrics, all) == std::vector<double>{0, 0.5});
}

TEST_CASE("a gradient is used in one order, with its own model") {
  Model model = numeric_model(5), other = numeric_model(6);
  auto short_lived = std::make_unique<Stepper>(*model.classifier, model.config.train, 1);
  Gradient orphan = short_lived->gradient();
  Gradient moved = std::move(orphan);
  short_lived.reset();
  CHECK_THROWS_WITH(moved.flat(), Contains("no batch"));
  CHECK_THROWS_WITH(moved.add({}, sum_of_squares(), 6, {1, 0}), Contains("its stepper is gone"));
  Stepper stepper(*model.classifier, model.config.train, 1);
  Updater updater(builtin().optimizers.make({"sgd", {}}), model.classifier->parameters());
  Updater others(builtin().optimizers.make({"sgd", {}}), other.classifier->parameters());
  const Sequences data = random_sequences(6, 5, 0, 3, 3, 7);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  {
    Gradient gradient = stepper.gradient();
    CHECK_THROWS_WITH(stepper.gradient(), Contains("one gradient at a time"));
    CHECK_THROWS_WITH(gradient.norm(), Contains("no batch"));
    gradient.add(batch, sum_of_squares(), 6, {1, 0});
    const double norm = gradient.norm();
    CHECK(norm > 0);
    CHECK_THROWS_WITH(gradient.add(batch, sum_of_squares(), 6, {1, 0}), Contains("nothing can be added"));
    CHECK(gradient.clip(norm / 2) == norm);
    CHECK_THROWS_WITH(others.update(std::move(gradient), 0.1), Contains("another model"));
  }
  Gradient gradient = stepper.gradient(batch, sum_of_squares(), {1, 0});
  updater.update(std::move(gradient), 0.1);
  CHECK(updater.updates == 1);
  CHECK_THROWS_WITH(updater.update(std::move(gradient), 0.1), Contains("used up"));
  const LossFunction of_rows = [](Var outputs, const Batch&, double) { return outputs; };
  CHECK_THROWS_WITH(stepper.gradient(batch, of_rows, {1, 1}), Contains("[loss] expected [1, 1]"));
  CHECK_NOTHROW(stepper.gradient());
  BatchStorage storage;
  CHECK_THROWS_WITH(storage.gather(data, std::vector<std::uint32_t>{6}), Contains("below 6, found 6"));
  TrainConfig config;
  config.chunk_rows = 0;
  CHECK_THROWS_WITH(Stepper(*model.classifier, config, 1), Contains("1 or more"));
}

TEST_CASE("options that are set in a program are checked as a config's are") {
  const Optimizers optimizers = builtin().optimizers;
  CHECK_THROWS_WITH(optimizers.make({"adamw", {{"beta22", 0.5}}}), Contains("beta22"));
  CHECK_THROWS_WITH(optimizers.make({"adamw", {{"beta2", 5.0}}}), Contains("range"));
  CHECK_THROWS_WITH(optimizers.make({"adamw", {{"beta2", std::string("a")}}}), Contains("another type"));
  CHECK_NOTHROW(optimizers.make({"adamw", {{"weight_decay", std::int64_t{0}}}}));
  CHECK_THROWS_WITH(new_task("classification", {{"class_weights", std::string("even")}}), Contains("range"));
  CHECK_NOTHROW(new_task("classification", {{"class_weights", std::string("balanced")}}));
}
