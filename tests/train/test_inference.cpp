// Evaluation goes through the data piece by piece: nothing depends on the pieces, and no logits are kept.
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "catch.hpp"
#include "data/batching.hpp"
#include "small_model.hpp"
#include "train/inference.hpp"

using namespace orochi;

namespace {

constexpr Index classes = 2000;

/// With its parameters drawn by lot.
std::unique_ptr<Classifier> make_model() {
  auto model =
      std::make_unique<Classifier>(small_config(), InputShape{17, 0, 200}, classes, builtin_layers());
  model->parameters().initialise(3);
  return model;
}

std::size_t heap() {
  const struct mallinfo2 now = ::mallinfo2();
  return now.uordblks + now.hblkhd;
}

}  // namespace

TEST_CASE("an evaluation says of each sequence what its own logits say") {
  const std::unique_ptr<Classifier> model = make_model();
  const Sequences data = random_sequences(60, 200, 17, 0, classes, 4);
  Inference alone(*model, "auto", 1), three(*model, "auto", 3);
  const Evaluation found = evaluate(three, data, classes), again = evaluate(alone, data, classes);
  CHECK(found.losses == again.losses);
  CHECK(found.predictions == again.predictions);
  CHECK(found.metrics.loss == again.metrics.loss);
  REQUIRE(found.losses.size() == 60);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  double sum = 0;
  for (Index b = 0; b < data.size(); ++b) {
    const auto at = static_cast<std::size_t>(b);
    const std::span<const Scalar> logits = alone.logits(slice(batch, b, b + 1));  // [K]
    REQUIRE(found.predictions[at] == std::max_element(logits.begin(), logits.end()) - logits.begin());
    const double p = probabilities(logits)[static_cast<std::size_t>(data.labels[at])];
    REQUIRE_THAT(found.losses[at], catch_matchers::WithinRel(-std::log(p), 1e-6));
    sum += found.losses[at];
  }
  CHECK_THAT(found.metrics.loss, catch_matchers::WithinRel(sum / 60, 1e-12));
}

TEST_CASE("pieces are whole sequences, each handed over once") {
  const std::unique_ptr<Classifier> model = make_model();
  const Sequences data = random_sequences(300, 40, 17, 0, classes, 5);
  std::vector<std::uint32_t> samples;
  Inference inference(*model, "auto", 3);
  std::vector<int> seen(300);
  std::mutex mutex;
  std::size_t largest = 0;
  inference.for_pieces(as_batch(data, samples), [&](Index first, std::span<const Scalar> logits) {
    const std::lock_guard lock(mutex);
    largest = std::max(largest, logits.size() / classes);
    for (std::size_t b = 0; b < logits.size() / classes; ++b) ++seen[static_cast<std::size_t>(first) + b];
  });
  CHECK(seen == std::vector<int>(300, 1));
  CHECK(largest < 100);
}

TEST_CASE("an evaluation keeps no logits") {
  const std::unique_ptr<Classifier> model = make_model();
  const Sequences few = random_sequences(20, 200, 17, 0, classes, 6),
                  many = random_sequences(1000, 200, 17, 0, classes, 6);
  Inference inference(*model, "auto", 1);
  evaluate(inference, few, classes);  // tapes take their memory
  const std::size_t before = heap();
  evaluate(inference, many, classes);
  CHECK(heap() < before + 2'000'000);  // all logits are 8 MB
}
