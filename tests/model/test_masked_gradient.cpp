// A whole model of each task without labels, in double: every gradient against central differences, the table
// that is both embedding and head among them.
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/classifier.hpp>
#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"

using namespace orochi;

namespace {

/// A small model, its task and two sequences.
struct Masked {
  explicit Masked(const std::string& type) : task(new_task(type, {{"share", 0.5}})) {
    const bool is_text = type == "masked_tokens";
    data.offsets = {0, 7, 10};
    Preprocessing rows;
    if (is_text) rows.tokenizer = test::word_tokenizer({"<unk>", "a", "b", "c", "d"});
    if (is_text) data.tokens = {1, 2, 3, 4, 2, 1, 0, 3, 3, 1};
    rows.channels = data.channels = is_text ? 0 : 2;
    for (int i = 0; i < 10 * static_cast<int>(data.channels); ++i)
      data.values.push_back(static_cast<float>(std::sin(i)));
    task->prepare(rows);
    Config config;
    config.model.d_model = 6, config.model.num_heads = 2, config.model.num_layers = 1;
    config.model.dropout = config.model.attention_dropout = 0;
    config.model.positions = "learned";
    model = std::make_unique<Classifier>(config, InputShape{is_text ? 5 : 0, data.channels, 8}, task->shape(),
                                         builtin_layers());
    model->parameters().initialize(3);
    batch = ask(*task, as_batch(data, samples), {5, 1}, asked);
  }
  double loss(Gradients& gradients) {
    Tape tape(model->parameters());
    tape.begin(Mode::train, &gradients, {});
    const Var result = task->loss(model->forward(tape, batch), batch, 2);
    result.add_grad(RowMatrix::Ones(1, 1));
    tape.backward();
    return static_cast<double>(result.value()(0, 0));
  }

  std::unique_ptr<Task> task;
  Sequences data;
  std::vector<std::uint32_t> samples;
  Asked asked;
  Batch batch;
  std::unique_ptr<Classifier> model;
};

}  // namespace

TEST_CASE("gradients of models of hidden rows agree with central differences") {
  Masked masked(GENERATE("masked_tokens", "masked_rows"));
  Parameters& parameters = masked.model->parameters();
  REQUIRE(masked.batch.hidden.size() >= 2);
  Gradients gradients(parameters), unused(parameters);
  masked.loss(gradients);
  const std::vector<Scalar> found = GradientSum(parameters, {&gradients}).flat();
  const double step = 1e-5;
  for (const ParameterView& view : parameters.views()) {
    double worst = 0, largest = 0;
    for (Index i = view.offset; i < view.offset + view.size; ++i) {
      const Scalar before = parameters.data()[i];
      parameters.data()[i] = before + step;
      unused.clear();
      const double above = masked.loss(unused);
      parameters.data()[i] = before - step;
      unused.clear();
      const double below = masked.loss(unused);
      parameters.data()[i] = before;
      worst = std::max(worst, std::abs((above - below) / (2 * step) - found[static_cast<std::size_t>(i)]));
      largest = std::max(largest, std::abs(static_cast<double>(found[static_cast<std::size_t>(i)])));
    }
    INFO(view.name << ": " << worst << " of " << largest);
    CHECK(worst < 1e-8);
    if (view.name != "encoder.0.attention.key.bias") CHECK(largest > 1e-4);  // which softmax does not see
  }
}
