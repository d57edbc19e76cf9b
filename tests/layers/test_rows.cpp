// Layers that change the number of rows, and activations from outside.
#include <cmath>

#include <orochi/classifier.hpp>
#include <orochi/error.hpp>
#include <orochi/gradient_check.hpp>
#include <orochi/ops.hpp>

#include "catch.hpp"

namespace orochi {
namespace {

using catch_matchers::Contains;

/// Every second row: [N, C] -> the sum over b of ceil(T / 2), C.
class Stride : public Layer {
 public:
  explicit Stride(Builder&) {}
  Rows forward(const Rows& x) const override {
    Index count = 0;
    for (Index b = 0; b < x.batch.num_sequences(); ++b) count += half(x.batch.length(b));
    const Var in = x.values, y = x.tape().result(count, in.cols());
    const Rows result = x.with_lengths(y, half);
    const Batch from = x.batch, to = result.batch;
    for (Index b = 0; b < from.num_sequences(); ++b)
      for (Index t = 0; t < to.length(b); ++t)
        y.value().row(to.first_row(b) + t) = in.value().row(from.first_row(b) + 2 * t);
    y.pullback([=] {
      MatrixMap dx = in.grad_sum();
      for (Index b = 0; b < from.num_sequences(); ++b)
        for (Index t = 0; t < to.length(b); ++t)
          dx.row(from.first_row(b) + 2 * t) += y.grad().row(to.first_row(b) + t);
    });
    return result;
  }

 private:
  static Index half(Index length) { return (length + 1) / 2; }
};

/// Says of its rows what is not so.
class Forgetful : public Layer {
 public:
  explicit Forgetful(Builder&) {}
  Rows forward(const Rows& x) const override { return x.with(mean_per_sequence(x.values, x.batch)); }
};

/// x tanh(ln(1 + e^x)) (Misra 2019).
Point mish(Scalar x) {
  const Scalar t = std::tanh(std::log1p(std::exp(x)));
  return {x * t, t + x * (1 - t * t) / (1 + std::exp(-x))};
}

Layers layers() {
  Layers registry = builtin_layers();
  registry.add<Stride>("stride", Role::rows, "every second row");
  registry.add<Forgetful>("forgetful", Role::rows, "the mean, as if it were as many rows");
  registry.add_activation("mish", "x tanh(ln(1 + e^x))", elementwise<mish>());
  registry.add_activation(
      "same_gelu", "as gelu, by its formula", elementwise<[](Scalar x) {
        const double cdf = 0.5 * std::erfc(-static_cast<double>(x) / std::sqrt(2.0)),
                     density =
                         std::exp(-0.5 * static_cast<double>(x * x)) / std::sqrt(2 * 3.14159265358979323846);
        return Point{static_cast<Scalar>(x * cdf), static_cast<Scalar>(cdf + x * density)};
      }>());
  return registry;
}

Config small_config() {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  config.model.num_layers = 1;
  config.model.dropout = 0.3;
  return config;
}

/// Outputs of two sequences, of 5 and 3 rows, and the gradients of sum(outputs).
struct Passed {
  Passed(const Config& config, OutputShape output, Mode mode) : registry(layers()) {
    Classifier model(config, {11, 0, 9}, output, registry);
    model.parameters().initialize(7);
    rows_before = model.rows_before();
    const std::vector<std::int32_t> tokens{3, 1, 4, 1, 5, 9, 2, 6};
    const std::vector<Index> offsets{0, 5, 8};
    const std::vector<std::uint32_t> samples{4, 7};
    Batch batch;
    batch.tokens = tokens, batch.offsets = offsets, batch.samples = samples;
    Gradients gradients(model.parameters());
    Tape tape(model.parameters());
    tape.begin(mode, &gradients, {3, 2});
    const Var y = model.forward(tape, batch);
    outputs = y.value();
    if (mode == Mode::infer) return;
    y.add_grad(RowMatrix::Ones(y.rows(), y.cols()));
    tape.backward();
    gradient = GradientSum(model.parameters(), {&gradients}).flat();
  }

  Layers registry;
  Index rows_before = 0;
  RowMatrix outputs;
  std::vector<Scalar> gradient;
};

double largest_difference(const std::vector<Scalar>& a, const std::vector<Scalar>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
  return largest;
}

}  // namespace

TEST_CASE("layers that change the number of rows, and activations from outside, pass the checks") {
  const Layers registry = layers();
  for (const char* name : {"stride", "class_token", "mish", "same_gelu"})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const GradientCheck check = check_gradients(*registry.find(name), registry, seed).front();
      INFO(name << ": " << (check.passed() ? "" : check.errors.front()));
      CHECK(check.passed());
    }
}

TEST_CASE("a model whose block halves its rows computes in inference what it does in training") {
  Config config = small_config();
  config.model.dropout = config.model.attention_dropout = 0;
  for (const char* pooling : {"mean", "cls"}) {
    config.model.pooling = pooling;
    config.model.block = {{"stride"}, {"encoder_layer"}, {"stride"}, {"encoder_layer"}};
    const Passed trained(config, 3, Mode::train), inferred(config, 3, Mode::infer);
    CHECK(trained.outputs == inferred.outputs);
    config.model.block = {{"encoder_layer"}, {"encoder_layer"}};  // it has the same parameters
    CHECK((Passed(config, 3, Mode::infer).outputs - inferred.outputs).cwiseAbs().maxCoeff() > 1e-3);
  }
}

TEST_CASE("a task of rows refuses a model that makes fewer of them") {
  Config config = small_config();
  config.model.block = {{"stride"}};
  CHECK_THROWS_WITH(Passed(config, OutputShape(3, Level::row), Mode::train),
                    Contains("target for each of 8 rows") && Contains("make 5 of them"));
}

TEST_CASE("a layer that forgets to say how many rows it makes is named") {
  Config config = small_config();
  config.model.block = {{"forgetful"}};
  CHECK_THROWS_WITH(Passed(config, 3, Mode::train),
                    Contains("\"encoder.0\"") && Contains("makes [2, 8] of [8, 8] where [8, 8] is expected"));
}

TEST_CASE("only a pooling by a class token puts a row before each sequence") {
  Config config = small_config();
  CHECK(Passed(config, 3, Mode::infer).rows_before == 0);
  config.model.pooling = "cls";
  CHECK(Passed(config, 3, Mode::infer).rows_before == 1);
  CHECK(Passed(config, OutputShape(3, Level::row), Mode::infer).rows_before == 0);  // no pooling
}

TEST_CASE("an activation from outside is dropped out as a built-in one is, forward and backward") {
  Config config = small_config();
  config.model.activation = "gelu";
  const Passed built_in(config, 3, Mode::train);
  config.model.activation = "same_gelu";
  const Passed outside(config, 3, Mode::train);
  CHECK((built_in.outputs - outside.outputs).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(largest_difference(built_in.gradient, outside.gradient) < 1e-12);
}

}  // namespace orochi
