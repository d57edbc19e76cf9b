// Models whose blocks differ.
#include <cmath>

#include <fmt/ranges.h>

#include <orochi/classifier.hpp>
#include <orochi/ops.hpp>

#include "catch.hpp"

namespace orochi {
namespace {

/// Adds its option to its rows; its child is as the block says.
class Offset : public Layer {
 public:
  explicit Offset(Builder& builder)
      : offset_(builder.number("offset")),
        word_(builder.word("dropout")),
        child_(builder.layer("child", builder.model().activation)) {}
  Rows forward(const Rows& x) const override { return x.with(add(child_->forward(x).values, offset_)); }

 private:
  double offset_;
  std::string word_;
  std::unique_ptr<Layer> child_;
};

/// C columns to C / 2.
class Halve : public Layer {
 public:
  explicit Halve(Builder& builder) : weight_(builder.weight("weight", builder.width() / 2, builder.width())) {
    builder.set_width(builder.width() / 2);
  }
  Rows forward(const Rows& x) const override { return x.with(linear(x.values, weight_)); }

 private:
  Parameter weight_;
};

/// Says another width than it returns.
class Unhalved : public Layer {
 public:
  explicit Unhalved(Builder& builder) { builder.set_width(builder.width() / 2); }
  Rows forward(const Rows& x) const override { return x; }
};

Layers layers() {
  Layers registry = builtin_layers();
  registry.add<Offset>("offset", Role::rows, "adds a number",
                       {{"offset", 0.5}, {"dropout", std::string("a word that is no model.dropout")}});
  registry.add<Halve>("halve", Role::rows, "half the columns");
  registry.add<Unhalved>("unhalved", Role::rows, "says half the columns");
  return registry;
}

Config small_config() {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  config.model.num_layers = 2;
  return config;
}

/// A batch of two sequences and the loss sum(outputs^2).
struct Run {
  explicit Run(const Config& config) : registry(layers()), model(config, {11, 0, 9}, 3, registry) {
    model.parameters().initialize(7);
    batch.tokens = tokens, batch.offsets = offsets, batch.samples = samples;
  }
  double loss() {
    Tape tape(model.parameters());
    tape.begin(Mode::train, &gradients, {3, 2});
    return static_cast<double>(model.forward(tape, batch).value().squaredNorm());
  }
  RowMatrix outputs(Mode mode = Mode::train) {
    Tape tape(model.parameters());
    tape.begin(mode, &gradients, {3, 2});
    return model.forward(tape, batch).value();
  }
  std::vector<Scalar> gradient() {
    gradients.clear();
    Tape tape(model.parameters());
    tape.begin(Mode::train, &gradients, {3, 2});
    const Var y = model.forward(tape, batch);
    y.add_grad(2 * y.value());
    tape.backward();
    return GradientSum(model.parameters(), {&gradients}).flat();
  }
  std::vector<Index> shape(const std::string& name) const {
    for (const ParameterView& view : model.parameters().views())
      if (view.name == name) return view.shape;
    return {};
  }

  Layers registry;
  Classifier model;
  Gradients gradients{model.parameters()};
  std::vector<std::int32_t> tokens{3, 1, 4, 1, 5, 9, 2, 6};
  std::vector<Index> offsets{0, 5, 8};
  std::vector<std::uint32_t> samples{4, 7};
  Batch batch;
};

/// The gradient of a sample of each parameter's numbers against central differences.
void check_gradient(Run& run) {
  const std::vector<Scalar> gradient = run.gradient();
  Scalar* values = run.model.parameters().data();
  for (const ParameterView& view : run.model.parameters().views())
    for (Index i = view.offset; i < view.offset + view.size; i += std::max<Index>(1, view.size / 7)) {
      const Scalar kept = values[i], h = 1e-5;
      values[i] = kept + h;
      const double up = run.loss();
      values[i] = kept - h;
      const double numeric = (up - run.loss()) / (2 * h), found = gradient[static_cast<std::size_t>(i)];
      values[i] = kept;
      INFO(view.name << " " << i - view.offset);
      CHECK(std::abs(found - numeric) < 1e-6 * (1 + std::abs(numeric)));
    }
}

std::int64_t whole(std::int64_t number) { return number; }

}  // namespace

TEST_CASE("equal blocks written as tables are the model that num_layers makes, bit for bit") {
  Config config = small_config();
  Run by_number(config);
  config.model.block = {{"encoder_layer"}, {"encoder_layer"}};
  Run by_name(config);
  config.model.num_heads = 4, config.model.window = 3, config.model.norm = "rms_norm";
  const Options same{{"num_heads", whole(2)}, {"window", whole(0)}, {"norm", std::string("layer_norm")}};
  config.model.block = {{"encoder_layer", same}, {"encoder_layer", same}};
  config.model.norm_first = true;
  Run by_table(config);
  CHECK(by_number.outputs() == by_name.outputs());
  CHECK(by_number.gradient() == by_name.gradient());
  // The norm behind the blocks is the model's: compare what the blocks have.
  CHECK(by_table.shape("encoder.1.norm1.bias") == std::vector<Index>{8});
  CHECK(by_table.shape("norm.bias").empty());
  config.model.norm = "layer_norm";
  Run again(config);
  CHECK(by_number.outputs() == again.outputs());
  CHECK(by_number.gradient() == again.gradient());
}

TEST_CASE("two blocks differ in heads, width, norm, activation and window, and gradients are right") {
  Config config = small_config();
  config.model.dropout = 0.2;
  config.model.block = {
      {"encoder_layer", {{"num_heads", whole(4)}, {"window", whole(1)}, {"attention_dropout", 0.0}}},
      {"encoder_layer",
       {{"num_heads", whole(1)},
        {"head_dim", whole(6)},
        {"dim_feedforward", whole(5)},
        {"norm", std::string("rms_norm")},
        {"activation", std::string("silu")},
        {"norm_first", false},
        {"causal", true}}},
      {"encoder_layer", {{"attention", std::string("linear")}, {"feed_forward", std::string("gelu")}}}};
  Run run(config);
  CHECK(run.shape("encoder.0.attention.query.weight") == std::vector<Index>{8, 8});
  CHECK(run.shape("encoder.0.linear1.weight").empty());
  CHECK(run.shape("encoder.0.feed_forward.linear1.weight") == std::vector<Index>{32, 8});
  CHECK(run.shape("encoder.1.attention.query.weight") == std::vector<Index>{6, 8});
  CHECK(run.shape("encoder.1.feed_forward.linear1.weight") == std::vector<Index>{5, 8});
  CHECK(run.shape("encoder.1.norm1.bias").empty());
  CHECK(run.shape("encoder.2.attention.weight") == std::vector<Index>{8, 8});
  check_gradient(run);
}

TEST_CASE("layers after one that returns fewer columns are as narrow, in both modes") {
  Config config = small_config();
  config.model.dropout = config.model.attention_dropout = 0;
  config.model.block = {{"encoder_layer"}, {"halve"}, {"encoder_layer"}};
  Run run(config);
  CHECK(run.shape("encoder.0.attention.query.weight") == std::vector<Index>{8, 8});
  CHECK(run.shape("encoder.1.weight") == std::vector<Index>{4, 8});
  CHECK(run.shape("encoder.2.attention.query.weight") == std::vector<Index>{4, 4});
  CHECK(run.shape("norm.weight") == std::vector<Index>{4});
  CHECK(run.shape("head.weight") == std::vector<Index>{3, 4});
  CHECK(run.outputs(Mode::infer) == run.outputs(Mode::train));
  double total = 0;
  for (const ParameterView& view : run.model.parameters().views()) total += static_cast<double>(view.size);
  CHECK(Classifier::count(config, {11, 0, 9}, 3, layers()) == total);
  check_gradient(run);

  config.model.block = {{"unhalved"}};
  CHECK_THROWS_WITH(Run(config).outputs(), Catch::Matchers::Contains("[8, 4]"));
}

TEST_CASE("a block's option is this instance's, before [layer.NAME] and the default") {
  const auto sum = [](const Config& config) { return Run(config).outputs(Mode::infer); };
  Config config = small_config();
  config.model.norm_first = false;
  const auto shifted = [&](double a, double b) {
    Config result = config;
    result.model.block = {{"offset", {{"offset", a}}}, {"offset", {{"offset", b}}}};
    return sum(result);
  };
  config.model.block = {{"offset"}, {"offset", {{"offset", 2.0}}}};
  CHECK(sum(config) == shifted(0.5, 2));
  CHECK(sum(config) != shifted(2, 0.5));
  config.layer["offset"]["offset"] = 3.0;
  CHECK(sum(config) == shifted(3, 2));
}

TEST_CASE("a block's keys of [model] are seen by its layer and its children, and by nobody else") {
  Config config = small_config();
  config.model.norm_first = false;
  config.model.block = {{"offset", {{"activation", std::string("relu")}}}, {"offset"}};
  const RowMatrix mixed = Run(config).outputs(Mode::infer);
  config.model.block = {{"offset"}, {"offset", {{"activation", std::string("gelu")}}}};
  config.model.activation = "relu";
  CHECK(Run(config).outputs(Mode::infer) == mixed);
  config.model.block = {{"offset"}, {"offset"}};
  CHECK(Run(config).outputs(Mode::infer) != mixed);
  // An option of the layer's own of the same name is not the model's.
  config.model.block = {{"offset", {{"dropout", std::string("word")}}}};
  CHECK_NOTHROW(Run(config));
}

TEST_CASE("a block's option that nobody knows, or of another type, is refused") {
  using Catch::Matchers::Contains;
  Config config = small_config();
  config.model.block = {{"encoder_layer", {{"num_head", std::int64_t{4}}}}};
  CHECK_THROWS_WITH(Run(config), Contains("no option \"num_head\"") && Contains("num_heads, head_dim"));
  config.model.block = {{"encoder_layer", {{"num_heads", 4.0}}}};
  CHECK_THROWS_WITH(Run(config), Contains("num_heads has another type; allowed: an integer, 1 or more"));
  config.model.block = {{"encoder_layer", {{"dropout", std::int64_t{0}}}}};
  CHECK_NOTHROW(Run(config));
}

TEST_CASE("a linear model is beside encoders of texts or series with one answer a sequence") {
  const Config config = small_config();
  const auto refusal = [&](InputShape input, OutputShape output, Index series_features = 0) {
    (series_features > 0 ? input.series_features : input.text_features) = std::max<Index>(series_features, 5);
    try {
      Classifier model(config, input, output, layers());
      const std::span<const ParameterView> views = model.parameters().views();
      return fmt::format("{}", views[views.size() - 2].shape);  // before the shares
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  CHECK(refusal({11, 0, 9}, 3) == "[6, 3]");
  CHECK(refusal({11, 0, 9, 2}, 3) == "[11, 3]");  // two texts
  CHECK_THAT(refusal({0, 2, 9}, 3), Catch::Matchers::Contains("numeric rows"));
  CHECK(refusal({0, 2, 9}, 3, 170) == "[169, 3]");  // two of each of 84 kernels
  CHECK_THAT(refusal({11, 0, 9}, 3, 170), Catch::Matchers::Contains("the data are texts"));
  OutputShape of_rows(3);
  of_rows.level = Level::row;
  CHECK_THAT(refusal({11, 0, 9}, of_rows), Catch::Matchers::Contains("each row"));
  CHECK_THAT(refusal({0, 2, 9}, of_rows, 170), Catch::Matchers::Contains("each row"));
}

}  // namespace orochi
