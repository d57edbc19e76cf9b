// Looking at heads changes no bit, and what is seen is what the model computes with.
#include <algorithm>
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/model.hpp>
#include <orochi/ops.hpp>
#include <orochi/stepper.hpp>

#include "analysis/head_survey.hpp"
#include "analysis/heads.hpp"
#include "catch.hpp"
#include "core/packed_weights.hpp"
#include "small_model.hpp"

using namespace orochi;

namespace {

Model make_model(const Extensions& extensions, bool causal = false, const std::string& pooling = "mean") {
  Model trained;
  trained.config = small_config();
  trained.config.model.causal = causal;
  trained.config.model.pooling = pooling;
  trained.input = {17, 0, 200};
  trained.extensions = extensions;
  trained.task = class_task(3);
  trained.classifier = std::make_unique<Classifier>(trained.config, trained.input, 3, extensions.layers);
  trained.classifier->parameters().initialize(5);
  return trained;
}

struct Results {
  std::vector<Scalar> logits, gradient;
};

/// One training step's forward and backward pass, with or without somebody looking.
Results train_pass(const Model& trained, const Sequences& data, Recording* recording) {
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  Gradients gradients(trained.classifier->parameters());
  Tape tape(trained.classifier->parameters());
  HeadProbe probe{recording, {}};
  tape.attach(&probe);
  tape.begin(Mode::train, &gradients, {3, 4});
  const Var logits = trained.classifier->forward(tape, batch);
  const Var loss = class_task(3)->loss(logits, batch, 10);
  loss.add_grad(RowMatrix::Ones(1, 1));
  Results pass{{logits.data(), logits.data() + logits.rows() * logits.cols()}, {}};
  tape.backward();
  pass.gradient = GradientSum(trained.classifier->parameters(), {&gradients}).flat();
  return pass;
}

/// filtered (in double) through the linear layer against what was recorded as its output.
void check_output(const Model& trained, const AttentionRecord& r) {
  const Parameters& parameters = trained.classifier->parameters();
  const Scalar *weight = nullptr, *bias = nullptr;
  for (const ParameterView& view : parameters.views()) {
    const std::string prefix = "encoder." + std::to_string(r.layer) + ".attention.output.";
    if (view.name == prefix + "weight") weight = parameters.data() + view.offset;  // [C, H D]
    if (view.name == prefix + "bias") bias = parameters.data() + view.offset;      // [C]
  }
  const Index width = r.options.num_heads * r.options.head_dim, c = std::ssize(r.output) / r.length;
  for (Index i = 0; i < r.length; ++i) {
    for (Index j = 0; j < c; ++j) {
      double sum = static_cast<double>(bias[j]), size = std::abs(sum);
      for (Index k = 0; k < width; ++k) {
        const double term = static_cast<double>(r.head_output[static_cast<std::size_t>(i * width + k)]) *
                            static_cast<double>(weight[j * width + k]);
        sum += term;
        size += std::abs(term);
      }
      const auto found = static_cast<double>(r.output[static_cast<std::size_t>(i * c + j)]);
      REQUIRE(std::abs(found - sum) <= size * 6e-8 * static_cast<double>(width));
    }
  }
}

void check_maps(const AttentionRecord& r, bool causal) {
  const Index t = r.length, d = r.options.head_dim, width = r.options.num_heads * d;
  for (Index h = 0; h < r.options.num_heads; ++h) {
    for (Index q = 0; q < t; ++q) {
      const Scalar *map = r.map.data() + (h * t + q) * t, *scores = r.scores.data() + (h * t + q) * t;
      double sum = 0;
      for (Index k = 0; k < t; ++k) {
        sum += static_cast<double>(map[k]);
        REQUIRE((causal && k > q) == (map[k] == 0));
        REQUIRE((causal && k > q) == std::isinf(scores[k]));
      }
      REQUIRE(std::abs(sum - 1) < 1e-6);
      for (Index j = 0; j < d; ++j) {
        double value = 0;
        for (Index k = 0; k < t; ++k)
          value += static_cast<double>(map[k]) *
                   static_cast<double>(r.value[static_cast<std::size_t>(k * width + h * d + j)]);
        REQUIRE(std::abs(value - static_cast<double>(
                                     r.head_output[static_cast<std::size_t>(q * width + h * d + j)])) < 1e-5);
      }
    }
  }
}

}  // namespace

TEST_CASE("looking changes no bit of logits and gradients") {
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(12, 150, 17, 0, 3, 1);
  for (const bool causal : {false, true}) {
    const Model trained = make_model(extensions, causal);
    Recording full, light{false, {}};
    const Results unseen = train_pass(trained, data, nullptr);
    for (Recording* recording : {&full, &light}) {
      const Results seen = train_pass(trained, data, recording);
      CHECK(seen.logits == unseen.logits);
      CHECK(seen.gradient == unseen.gradient);
      CHECK(recording->records.size() == 24);
    }
    CHECK(full.records.front().influence == light.records.front().influence);
    CHECK(full.records.front().head_output == light.records.front().head_output);
  }
}

TEST_CASE("in inference too, and what is seen is what is computed with") {
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(6, 190, 17, 0, 3, 2);
  for (const bool causal : {false, true}) {
    const Model trained = make_model(extensions, causal);
    std::vector<std::uint32_t> samples;
    Inference inference(*trained.classifier, "auto", 1);
    const std::span<const Scalar> unseen = inference.outputs(as_batch(data, samples));
    for (Index i = 0; i < data.size(); ++i) {
      std::vector<Scalar> logits;
      const std::vector<AttentionRecord> records = record_sequence(trained, data, i, &logits);
      CHECK(std::equal(logits.begin(), logits.end(), unseen.begin() + i * 3));
      REQUIRE(records.size() == 2);
      for (const AttentionRecord& record : records) {
        check_output(trained, record);
        check_maps(record, causal);
      }
    }
  }
}

TEST_CASE("a head whose values are replaced by zero is a head whose columns of the output weight are zero") {
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(9, 40, 17, 0, 3, 3);
  Model trained = make_model(extensions, false, "cls");
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  Inference inference(*trained.classifier, "auto", 2);
  const std::vector<Scalar> zeros(8, 0);
  const HeadReplacement second{1, 2, zeros};
  const std::span<const Scalar> whole = inference.outputs(batch);
  const std::vector<Scalar> before(whole.begin(), whole.end());
  inference.set_replacements({&second, 1});
  const std::span<const Scalar> without = inference.outputs(batch);
  const std::vector<Scalar> found(without.begin(), without.end());
  CHECK(found != before);
  inference.set_replacements({});
  Parameters& parameters = trained.classifier->parameters();
  for (const ParameterView& view : parameters.views())
    if (view.name == "encoder.1.attention.output.weight")  // [32, 32]
      for (Index row = 0; row < 32; ++row)
        std::fill_n(parameters.data() + view.offset + row * 32 + 16, 8, Scalar(0));
  const std::span<const Scalar> expected = inference.outputs(batch);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-5f);
}

TEST_CASE("the importance of heads is the derivative of the loss along them") {
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(1, 20, 17, 0, 3, 4);
  Model trained = make_model(extensions);
  const HeadGrid grid = head_grid(trained, data);
  REQUIRE(grid.count() == 8);
  const HeadSurvey survey = survey_heads(trained, data, grid, 1);
  Parameters& parameters = trained.classifier->parameters();
  const std::vector<Scalar> saved(parameters.data(), parameters.data() + parameters.size());
  const auto loss = [&](Index head,
                        Scalar factor) {  // head's head output times factor: by its output weight
    for (const ParameterView& view : parameters.views())
      if (view.name == "encoder." + std::to_string(head / 4) + ".attention.output.weight")
        for (Index row = 0; row < 32; ++row)
          for (Index j = 0; j < 8; ++j)
            parameters.data()[view.offset + row * 32 + head % 4 * 8 + j] *= factor;
    std::vector<Scalar> logits;
    record_sequence(trained, data, 0, &logits);
    std::copy(saved.begin(), saved.end(), parameters.data());
    return trained.task->item_loss(logits, data.targets);
  };
  double largest = 0;
  for (const double importance : survey.importance) largest = std::max(largest, importance);
  for (Index head = 0; head < 8; ++head) {
    const double slope = (loss(head, Scalar(1.05)) - loss(head, Scalar(0.95))) / 0.1;
    CHECK(std::abs(std::abs(slope) - survey.importance[static_cast<std::size_t>(head)]) < 0.02 * largest);
  }
}

TEST_CASE("figures of heads are the same bits on any number of threads") {
  const Extensions extensions = builtin();
  const Sequences data = random_sequences(70, 30, 17, 0, 3, 5);
  const Model trained = make_model(extensions);
  AblationOptions options;
  options.resamples = 50;
  const Ablation one = ablate_heads(trained, data, options, 1),
                 three = ablate_heads(trained, data, options, 3);
  CHECK(one.similarity == three.similarity);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(one.heads[i].importance == three.heads[i].importance);
    CHECK(one.heads[i].loss == three.heads[i].loss);
    CHECK(one.heads[i].loss_rise.low == three.heads[i].loss_rise.low);
    CHECK(one.heads[i].loss_rise.low <= one.heads[i].loss_rise.value);
    CHECK(one.heads[i].loss_rise.value <= one.heads[i].loss_rise.high);
    CHECK(std::abs(one.similarity[i * 8 + i] - 1) < 1e-5);
  }
}

TEST_CASE("one call records a sequence of many, or says that there is nothing to record") {
  const Model trained = make_model(builtin());
  const Sequences data = random_sequences(3, 12, 17, 0, 3, 5);
  const std::vector<AttentionRecord> expected = record_sequence(trained, data, 2),
                                     found = record_attention(trained, data, 2);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].map == expected[i].map);
    CHECK(found[i].length == data.length(2));
  }
  Model without = make_model(builtin());
  without.config.model.block = {{"feed_forward", {}}};
  without.classifier = std::make_unique<Classifier>(without.config, without.input, 3, builtin().layers);
  CHECK_THROWS_WITH(record_attention(without, data, 0), catch_matchers::Contains("no multi-head attention"));
}
