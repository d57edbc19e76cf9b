// What an evaluation says of logits, against PyTorch's figures; it goes through the data piece by piece:
// nothing depends on the pieces, and no logits are kept.
#include <algorithm>
#include <cmath>
#include <mutex>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>

#include "catch.hpp"
#include "heap.hpp"
#include "small_model.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;
using catch_matchers::WithinRel;

namespace {

constexpr Index many = 2000;  // classes

/// With its parameters drawn by lot.
std::unique_ptr<Classifier> make_model(Index classes) {
  auto model =
      std::make_unique<Classifier>(small_config(), InputShape{17, 0, 200}, classes, builtin_layers());
  model->parameters().initialize(3);
  return model;
}

}  // namespace

TEST_CASE("losses and probabilities are PyTorch's, whatever is added to all logits") {
  // torch.nn.functional.cross_entropy and softmax of [1.5, -0.25, 0.75, -2] in double
  const std::vector<double> losses{0.5166115806, 2.2666115806, 1.2666115806, 4.0166115806};
  const std::vector<double> shares{0.5965384, 0.1036626, 0.2817847, 0.0180143};
  const std::unique_ptr<Task> task = class_task(4);
  for (const Scalar added : {0.0f, 1024.0f, -1024.0f}) {
    const std::vector<Scalar> logits{1.5f + added, -0.25f + added, 0.75f + added, -2.0f + added};
    const std::vector<double> p = task->predict(logits).scores;
    for (std::size_t k = 0; k < 4; ++k) {
      const auto label = static_cast<double>(k);
      CHECK_THAT(task->item_loss(logits, {&label, 1}), WithinAbs(losses[k], 1e-6));
      CHECK_THAT(p[k], WithinAbs(shares[k], 1e-6));
    }
  }
}

TEST_CASE("an evaluation says of each sequence what its own logits say") {
  constexpr Index classes = 5;
  const std::unique_ptr<Classifier> model = make_model(classes);
  const Sequences data = random_sequences(60, 200, 17, 0, classes, 4);
  Inference alone(*model, "auto", 1), three(*model, "auto", 3);
  const std::unique_ptr<Task> task = class_task(classes);
  const Evaluation found = evaluate(three, *task, data), again = evaluate(alone, *task, data);
  CHECK(found.losses == again.losses);
  CHECK(found.kept == again.kept);
  CHECK(found.metrics.loss == again.metrics.loss);
  REQUIRE(found.losses.size() == 60);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  double sum = 0, right = 0;
  for (Index b = 0; b < data.size(); ++b) {
    const auto at = static_cast<std::size_t>(b);
    const std::span<const Scalar> logits = alone.outputs(slice(batch, b, b + 1));  // [K]
    REQUIRE(static_cast<Index>(found.kept[at]) ==
            std::max_element(logits.begin(), logits.end()) - logits.begin());
    right += found.kept[at] == data.targets[at];
    const double p = task->predict(logits).scores[static_cast<std::size_t>(data.targets[at])];
    REQUIRE_THAT(found.losses[at], WithinRel(-std::log(p), 1e-6));
    sum += found.losses[at];
  }
  CHECK_THAT(found.metrics.loss, WithinRel(sum / 60, 1e-12));
  CHECK_THAT(found.metrics.figures.values[0], WithinRel(right / 60, 1e-12));
  CHECK(right > 0);
}

TEST_CASE("pieces are whole sequences, each handed over once") {
  const std::unique_ptr<Classifier> model = make_model(many);
  const Sequences data = random_sequences(300, 40, 17, 0, many, 5);
  std::vector<std::uint32_t> samples;
  Inference inference(*model, "auto", 3);
  std::vector<int> seen(300);
  std::mutex mutex;
  std::size_t largest = 0;
  inference.for_pieces(as_batch(data, samples), [&](Index first, std::span<const Scalar> logits) {
    const std::lock_guard lock(mutex);
    largest = std::max(largest, logits.size() / many);
    for (std::size_t b = 0; b < logits.size() / many; ++b) ++seen[static_cast<std::size_t>(first) + b];
  });
  CHECK(seen == std::vector<int>(300, 1));
  CHECK(largest < 100);
}

TEST_CASE("weights are packed once, and again when it is said that they have changed") {
  const std::unique_ptr<Classifier> model = make_model(many);
  const Sequences data = random_sequences(5, 20, 17, 0, many, 7);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  Inference inference(*model, "native", 2);
  const auto logits = [&](Inference& by) {
    const std::span<const Scalar> found = by.outputs(batch);
    return std::vector<Scalar>(found.begin(), found.end());
  };
  const std::vector<Scalar> before = logits(inference);
  for (const ParameterView& view : model->parameters().views())
    if (view.name == "head.weight")
      for (Index i = 0; i < view.size; ++i) model->parameters().data()[view.offset + i] *= 2;
  Inference fresh(*model, "native", 1);
  CHECK(logits(inference) == logits(fresh));
  CHECK(logits(fresh) != before);
  model->parameters().initialize(11);
  Inference drawn(*model, "native", 1);
  CHECK(logits(inference) == logits(drawn));
}

TEST_CASE("an evaluation keeps no logits") {
  if (!heap_is_counted()) return;
  const std::unique_ptr<Classifier> model = make_model(many);
  const Sequences some = random_sequences(20, 200, 17, 0, many, 6),
                  more = random_sequences(1000, 200, 17, 0, many, 6);
  Inference inference(*model, "auto", 1);
  const std::unique_ptr<Task> task = class_task(many);
  evaluate(inference, *task, some);  // tapes take their memory
  const double before = heap_in_use();
  evaluate(inference, *task, more);
  CHECK(heap_in_use() - before < 2e6);  // all logits are 8 MB
}
