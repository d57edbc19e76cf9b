// The keys of [train] that say what an update computes, against the formulas of docs/training.md.
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/stepper.hpp>

#include "catch.hpp"
#include "core/kernels/bf16.hpp"
#include "keys_update.hpp"
#include "small_model.hpp"
#include "train/shards.hpp"

using namespace orochi;
using catch_matchers::WithinRel;

namespace {

void test_max_grad_norm() {
  const PlainRun free("free", {"train.epochs=1"});
  const double norm = free.observer.records.at(0).gradient_norm;
  const std::string rate_one = "train.learning_rate=1";
  CHECK_THAT(length_of_update("off", {rate_one, "train.max_grad_norm=0"}), WithinRel(norm, 1e-3));
  CHECK_THAT(length_of_update("above", {rate_one, "train.max_grad_norm=1e6"}), WithinRel(norm, 1e-3));
  CHECK_THAT(length_of_update("below", {rate_one, "train.max_grad_norm=0.01"}), WithinRel(0.01, 1e-3));
}

/// The loss of the first step of a run, by its formula, from the logits of the model that the run starts
/// with.
double first_loss(const Run& run, double smoothing, const std::vector<double>& weights) {
  const Model trained = Model::load(run.last(), builtin());
  trained.classifier->parameters().initialize(trained.config.train.seed);
  const LoadedData data = load_data(trained.config.data, (run.place.root / "run").string(), 42,
                                    builtin_readers(), builtin_tokenizers(), *trained.task);
  Inference inference(*trained.classifier, "native", 1);
  std::vector<std::uint32_t> samples;
  const std::span<const Scalar> logits = inference.outputs(as_batch(data.train, samples));  // [B, 2]
  double loss = 0, weight = 0;
  for (std::size_t b = 0; b < data.train.targets.size(); ++b) {
    const auto y = static_cast<std::size_t>(data.train.targets[b]);
    const double z[] = {logits[2 * b], logits[2 * b + 1]};
    const double whole = std::log(std::exp(z[0]) + std::exp(z[1]));
    loss += (1 - smoothing) * weights[y] * (whole - z[y]);
    for (std::size_t k = 0; k < 2; ++k) loss += smoothing / 2 * weights[k] * (whole - z[k]);
    weight += weights[y];
  }
  return loss / weight;
}

void check_loss(const std::string& name, std::vector<std::string> overrides, double smoothing,
                const std::vector<double>& weights) {
  overrides.push_back("train.epochs=1");
  const PlainRun run(name, overrides);
  const double expected = first_loss(run, smoothing, weights);
  CHECK_THAT(run.observer.losses.at(0), WithinRel(expected, 1e-5));
  CHECK_THAT(run.observer.records.at(0).train_loss, WithinRel(expected, 1e-5));
}

void test_label_smoothing() {
  check_loss("hard", {"task.label_smoothing=0"}, 0, {1, 1});
  check_loss("smooth", {"task.label_smoothing=0.3"}, 0.3, {1, 1});
  check_loss("both", {"task.label_smoothing=0.3", "task.class_weights=[0.5, 3]"}, 0.3, {0.5, 3});
}

void test_class_weights() {
  check_loss("weighted", {"task.class_weights=[0.5, 3]"}, 0, {0.5, 3});
  check_loss("balanced", {"task.class_weights=balanced"}, 0, {1, 1});  // as many of each
}

void test_precision() {
  const PlainRun single("single", {"train.epochs=1", "train.precision=fp32"});
  const PlainRun half("half", {"train.epochs=1", "train.precision=bf16"});
  if (!kernels::bf16_available()) {
    CHECK(half.ending.code == 2);
    return;
  }
  const double exact = first_loss(single, 0, {1, 1});
  CHECK_THAT(single.observer.losses.at(0), WithinRel(exact, 1e-6));
  CHECK_THAT(half.observer.losses.at(0), WithinRel(exact, 1e-2));
  CHECK(std::abs(half.observer.losses.at(0) / exact - 1) > 1e-6);
}

void test_moments() {
  const std::vector<std::string> halved{"train.epochs=2", "train.moments=bf16"};
  const Run single("moments", {"train.epochs=2"}), half("half-moments", halved);
  const Model a = Model::load(single.last()), b = Model::load(half.last());
  double largest = 0;
  for (Index i = 0; i < a.classifier->parameters().size(); ++i)
    largest =
        std::max(largest, std::abs(static_cast<double>(std::as_const(*a.classifier).parameters().data()[i] -
                                                       std::as_const(*b.classifier).parameters().data()[i])));
  CHECK(largest > 0);
  CHECK(largest < 0.1);

  TrainRequest request = half.place.request("parts");
  request.overrides = halved;
  request.max_steps = 5;
  Silent silent;
  train(request, builtin(), silent);
  request.max_steps = 0;
  request.resume = true;
  train(request, builtin(), silent);
  CHECK(half.place.bytes("parts/last.h5") == half.place.bytes("run/last.h5"));
}

void test_kernels() {
  for (const std::string engine : {"native", "eigen"}) {
    const PlainRun run(engine, {"train.epochs=1", "train.kernels=" + engine});
    CHECK(run.place.bytes("run/environment.json").find('"' + engine + '"') != std::string::npos);
  }
  CHECK(PlainRun("own2", {"train.kernels=native"}).after !=
        PlainRun("eigen2", {"train.kernels=eigen"}).after);
}

void test_shards() {
  for (const Index shards : {1, 3, 11}) {
    Config config = small_config();
    config.train.shards = shards;
    Classifier model(config, {11, 0, 12}, 3, builtin_layers());
    CHECK(Stepper(model, config.train, 1).num_shards() == shards);
  }
}

void test_gradient_memory_mb() {
  Config config = small_config();
  config.model.d_model = 96;
  config.train.shards = 64;
  const Classifier model(config, {11, 0, 12}, 3, builtin_layers());
  const double each = static_cast<double>(model.parameters().dense_size()) * sizeof(Scalar);
  for (const Index megabytes : {1, 4, 1000}) {
    config.train.gradient_memory_mb = megabytes;
    const auto shards = static_cast<double>(shards_within_bound(config.train, model.parameters()));
    const double bound = 1e6 * static_cast<double>(megabytes);
    if (64 * each <= bound) {
      CHECK(shards == 64);
    } else {
      CHECK(shards * each <= bound);
      CHECK(2 * shards * each > bound);
    }
  }
  CHECK(each < 1e6);  // else there would be one shard, whatever the bound
  CHECK(64 * each > 4e6);
}

void test_chunk_rows() {
  std::vector<Index> passes;
  const Extensions registry = with_factor([&](const Tape& tape, Index rows) {
    if (tape.context().key.seed == 42) passes.push_back(rows);  // in training, not in looking for its memory
    return 1.0;
  });
  for (const Index rows : {18, 45}) {  // of 9 rows a sequence
    passes.clear();
    const PlainRun run("chunks",
                       {"train.epochs=1", "train.shards=1", "model.block=[\"factor\"]",
                        "train.chunk_rows=" + std::to_string(rows)},
                       registry);
    REQUIRE(run.ending.code == 0);
    const Index most = *std::max_element(passes.begin(), passes.end());
    CHECK(most <= rows);
    CHECK(std::count(passes.begin(), passes.end(), rows) >= 128 * 9 / rows - 1);
  }
}

void test_task() {
  const Run run("task", {"task=regression", "train.epochs=1"});
  CHECK_THAT(run.ending.message,
             catch_matchers::Contains("160 of 160 targets are not numbers, first \"no\""));
}

}  // namespace

KeyTests orochi::update_keys() {
  return {{"train.max_grad_norm", test_max_grad_norm},
          {"task", test_task},
          {"task.classification.label_smoothing", test_label_smoothing},
          {"task.classification.class_weights", test_class_weights},
          {"train.precision", test_precision},
          {"train.moments", test_moments},
          {"train.kernels", test_kernels},
          {"train.shards", test_shards},
          {"train.gradient_memory_mb", test_gradient_memory_mb},
          {"train.chunk_rows", test_chunk_rows}};
}
