// The same bits: alone or in company, on any number of threads, with or without an evaluation in between.
#include <cstring>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/ops.hpp>
#include <orochi/updater.hpp>

#include "catch.hpp"
#include "core/kernels/bf16.hpp"
#include "small_model.hpp"

using namespace orochi;

namespace {

struct Answer {
  std::vector<Scalar> logits;  // [B, K]
  std::vector<Scalar> dx;      // [N, channels]
};

/// Logits, and d (sum of logits squared) / d input rows, dropout on.
Answer answer(const Classifier& model, const Batch& batch, const char* engine) {
  Tape tape(model.parameters(), engine);
  Gradients gradients(model.parameters());
  tape.begin(Mode::train, &gradients, {7, 3});
  const Var x = Classifier::rows(tape, batch, true);
  const Var y = model.forward(x, batch);
  y.add_grad(2 * y.value());
  tape.backward();
  Answer result{{y.data(), y.data() + y.rows() * y.cols()}, {}};
  if (x.cols() > 0) result.dx.assign(x.grad().data(), x.grad().data() + x.rows() * x.cols());
  return result;
}

bool same_bits(const Scalar* a, const Scalar* b, Index n) {
  return n == 0 || std::memcmp(a, b, static_cast<std::size_t>(n) * sizeof(Scalar)) == 0;
}

void check_alone_as_in_company(const Config& config, const Sequences& data, const char* engine) {
  const Index channels = data.channels, k = 3;
  Classifier model(config, {channels == 0 ? 11 : 0, channels, 40}, k, builtin_layers());
  model.parameters().initialize(1);
  std::vector<std::uint32_t> samples;
  const Batch all = as_batch(data, samples);
  const Answer together = answer(model, all, engine);
  Index differing = 0;
  for (Index b = 0; b < data.size(); ++b) {
    const Answer alone = answer(model, slice(all, b, b + 1), engine);
    const Index rows = data.length(b) * channels;
    differing += !same_bits(alone.logits.data(), together.logits.data() + b * k, k);
    differing += !same_bits(alone.dx.data(),
                            together.dx.data() + data.offsets[static_cast<std::size_t>(b)] * channels, rows);
  }
  CHECK(differing == 0);
}

std::vector<Scalar> weights_after_training(const Config& config, const Sequences& data, int threads,
                                           bool evaluate_too) {
  Classifier model(config, {11, 0, 40}, 3, builtin_layers());
  model.parameters().initialize(config.train.seed);
  const std::unique_ptr<Task> task = class_task(3);
  Stepper stepper(model, config.train, threads);
  Updater updater(builtin().optimizers.make(config.train.optimizer), model.parameters());
  Inference inference(model, config.train.kernels, threads);
  BatchStorage storage;
  for (std::uint32_t step = 0; step < 6; ++step) {
    const std::vector<std::uint32_t> order = epoch_order(data.size(), 5, step);
    const Batch batch = storage.gather(data, order);
    Gradient gradient = stepper.gradient();
    gradient.add(batch, *task, weight_of(*task, batch.targets), {5, step});
    gradient.clip(config.train.max_grad_norm);
    updater.update(std::move(gradient), 1e-2);
    if (!evaluate_too) continue;
    evaluate(inference, *task, data);
  }
  return {model.parameters().data(), model.parameters().data() + model.parameters().size()};
}

bool onednn_serves() {
  try {
    kernels::choose_engine("onednn");
    return true;
  } catch (const Error&) {  // not built in, or not for this CPU
    return false;
  }
}

}  // namespace

TEST_CASE("a sequence has the same logits and input gradients alone as in any batch") {
  for (const char* engine : {"native", "eigen"}) {
    for (const char* pooling : {"mean", "cls", "max", "attention"}) {
      for (const Index d_model : {32, 64}) {
        Config config = small_config();
        config.model.pooling = pooling;
        config.model.d_model = d_model;
        INFO(engine << " " << pooling << " " << d_model);
        check_alone_as_in_company(config, random_sequences(30, 40, 11, 0, 3, 1), engine);
        check_alone_as_in_company(config, random_sequences(30, 40, 0, 3, 3, 2), engine);
      }
    }
  }
}

TEST_CASE("windows and positions inside of attention keep a sequence's bits") {
  for (const char* positions : {"rotary", "alibi"})
    for (const Index window : {0, 7})
      for (const bool causal : {false, true}) {
        Config config = small_config();
        config.model.positions = positions;
        config.model.window = window;
        config.model.causal = causal;
        config.model.pooling = causal ? "cls" : "mean";
        INFO(positions << " " << window << " " << causal);
        for (const char* engine : {"native", "eigen"})
          check_alone_as_in_company(config, random_sequences(30, 40, 0, 3, 3, 2), engine);
      }
}

TEST_CASE("1, 2, 3 and 4 threads give the same weights") {
  const Sequences data = random_sequences(50, 40, 11, 0, 3, 3);
  std::vector<std::pair<std::string, std::string>> settings{
      {"auto", "fp32"}, {"native", "fp32"}, {"eigen", "fp32"}};
  if (kernels::bf16_available()) settings.emplace_back("native", "bf16");
  if (onednn_serves()) settings.emplace_back("onednn", "fp32");
  for (const auto& [engine, precision] : settings) {
    INFO(engine << " " << precision);
    for (const char* positions : {"learned", "rotary", "alibi"}) {
      Config config = small_config();
      config.model.positions = positions;
      if (positions != std::string("learned")) {
        config.model.window = 5;
        config.model.head_dim = 16;  // what attention takes in bf16
      }
      config.train.chunk_rows = 60;
      config.train.kernels = engine;
      config.train.precision = precision;
      const std::vector<Scalar> one = weights_after_training(config, data, 1, false);
      for (const int threads : {2, 3, 4}) CHECK(weights_after_training(config, data, threads, false) == one);
    }
  }
}

TEST_CASE("evaluation changes nothing in training") {
  const Sequences data = random_sequences(50, 40, 11, 0, 3, 4);
  CHECK(weights_after_training(small_config(), data, 2, true) ==
        weights_after_training(small_config(), data, 2, false));
}

TEST_CASE("inference drops nothing out") {
  const Sequences data = random_sequences(20, 40, 11, 0, 3, 6);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  std::vector<std::vector<Scalar>> logits;  // by model: with dropout, without
  for (const double p : {0.5, 0.0}) {
    Config config = small_config();
    config.model.dropout = config.model.attention_dropout = p;
    Classifier model(config, {11, 0, 40}, 3, builtin_layers());
    model.parameters().initialize(9);
    Inference inference(model, "auto", 1);
    const std::span<const Scalar> answers = inference.outputs(batch);
    logits.emplace_back(answers.begin(), answers.end());
  }
  CHECK(logits[0] == logits[1]);
}

TEST_CASE("inference gives the bits of a training pass without dropout") {
  Config config = small_config();
  config.model.dropout = config.model.attention_dropout = 0;
  Classifier model(config, {11, 0, 40}, 3, builtin_layers());
  model.parameters().initialize(9);
  const Sequences data = random_sequences(20, 40, 11, 0, 3, 5);
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  Inference inference(model, "auto", 2);
  const std::span<const Scalar> logits = inference.outputs(batch);
  CHECK(answer(model, batch, "auto").logits == std::vector<Scalar>(logits.begin(), logits.end()));
}
