// A linear model beside an encoder: what it makes of a batch's features.
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/layer.hpp>

#include "catch.hpp"
#include "core/as_size.hpp"
#include "layers/linear_model.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

constexpr Index num_features = 6, outputs = 2;

/// Feature f has 10 f for output 0 and -f for output 1; what is always added is 7 and 8.
struct Fitted {
  Fitted() : builder({}, input, layers, parameters), model(builder, input, outputs) {
    parameters.allocate();
    for (Index f = 0; f < num_features; ++f) {
      parameters.flat()[static_cast<std::size_t>(2 * f)] = static_cast<Scalar>(10 * f);
      parameters.flat()[static_cast<std::size_t>(2 * f + 1)] = static_cast<Scalar>(-f);
    }
    parameters.flat()[12] = 7, parameters.flat()[13] = 8;
    set_shares(1, 1);
  }
  void set_shares(Scalar encoder, Scalar linear) {
    const std::span<Scalar> shares = parameters.flat().subspan(as_size(parameters.views().back().offset), 2);
    shares[0] = encoder, shares[1] = linear;
  }
  /// Of an encoder that says 4 and 8 of everything. [B, K]
  RowMatrix outputs_of(const Batch& batch, Mode mode = Mode::infer) {
    Gradients gradients(parameters);
    Tape tape(parameters);
    tape.begin(mode, mode == Mode::train ? &gradients : nullptr, {});
    Var x = tape.input(batch.num_sequences(), outputs, false);
    x.value().col(0).setConstant(4);
    x.value().col(1).setConstant(8);
    return model.add_to(x, batch).value();
  }
  static constexpr InputShape input{9, 0, 4, 1, false, num_features};
  Layers layers = builtin_layers();
  Parameters parameters;
  Builder builder;
  LinearModel model;
};

Sequences three_texts() {
  Sequences data;
  data.tokens = {1, 1, 1};
  data.offsets = {0, 1, 2, 3};
  data.features = {0, 1, 1, 2, 3, 4, 5};
  data.feature_offsets = {0, 5, 5, 7};  // four different ones, one of them twice; none; two
  return data;
}

}  // namespace

TEST_CASE(
    "a linear model adds its features' rows, each times the root of its number over that of different ones") {
  Fitted fitted;
  std::vector<std::uint32_t> samples;
  const Sequences data = three_texts();
  const Batch batch = as_batch(data, samples);
  const RowMatrix y = fitted.outputs_of(batch);
  const auto check = [&](Index b, double first, double second) {
    CHECK_THAT(static_cast<double>(y(b, 0)), WithinAbs(1 + 7 + first, 1e-4));
    CHECK_THAT(static_cast<double>(y(b, 1)), WithinAbs(2 + 8 + second, 1e-4));
  };
  check(0, (0 + std::sqrt(2.0) * 10 + 20 + 30) / 2, -(0 + std::sqrt(2.0) * 1 + 2 + 3) / 2);
  check(1, 0, 0);
  check(2, (40 + 50) / std::sqrt(2.0), -(4 + 5) / std::sqrt(2.0));
  const RowMatrix last = fitted.outputs_of(slice(batch, 2, 3));
  CHECK(last.row(0) == y.row(2));
  const Sequences taken = data.take(std::vector<std::uint32_t>{2, 0});
  const RowMatrix swapped = fitted.outputs_of(as_batch(taken, samples));
  CHECK(swapped.row(0) == y.row(2));
  CHECK(swapped.row(1) == y.row(0));
}

TEST_CASE("shares weigh the encoder's outputs and the linear model's") {
  Fitted fitted;
  std::vector<std::uint32_t> samples;
  const Sequences data = three_texts();
  const Batch batch = as_batch(data, samples);
  fitted.set_shares(0, 1);
  const RowMatrix linear = fitted.outputs_of(batch);
  fitted.set_shares(1, 0);
  const RowMatrix encoder = fitted.outputs_of(batch);
  CHECK(encoder.row(2) == (RowMatrix(1, 2) << 1, 2).finished());
  fitted.set_shares(2, static_cast<Scalar>(0.5));
  CHECK((fitted.outputs_of(batch) - (2 * encoder + linear / 2)).cwiseAbs().maxCoeff() < 1e-5);
}

TEST_CASE("in training the encoder is alone, and without features there is no answer") {
  Fitted fitted;
  std::vector<std::uint32_t> samples;
  Sequences data = three_texts();
  BatchStorage storage;
  const RowMatrix y = fitted.outputs_of(storage.gather(data, std::vector<std::uint32_t>{0, 1}), Mode::train);
  CHECK(y == (RowMatrix(2, 2) << 4, 8, 4, 8).finished());
  data.feature_offsets.clear();
  CHECK_THROWS_WITH(fitted.outputs_of(as_batch(data, samples)), catch_matchers::Contains("no features"));
}

TEST_CASE("of series it adds each feature's row times its share of positions above a bias") {
  InputShape input{0, 2, 12};
  input.series_features = 200;
  const Layers layers = builtin_layers();
  Parameters parameters;
  Builder builder({}, input, layers, parameters);
  const LinearModel model(builder, input, outputs);
  parameters.allocate();
  std::vector<float> values;
  for (int i = 0; i < 2 * (12 + 5 + 14); ++i) values.push_back(static_cast<float>(i * i % 23) - 11);
  const std::vector<Index> offsets{0, 12, 17, 31};  // whole, filled with zeros, cut
  const std::vector<std::uint32_t> samples{0, 1, 2};
  const Batch batch{{}, values, 2, offsets, samples, {}};
  const MiniRocket rocket = rocket_of(input);
  REQUIRE(rocket.width() == 2 * MiniRocket::kernels);
  const std::vector<Scalar> biases = rocket.biases(batch);
  std::copy(biases.begin(), biases.end(), parameters.data() + parameters.views().front().offset);
  Scalar* table = parameters.data() + parameters.views()[1].offset;
  Scalar* shares = parameters.data() + parameters.views()[2].offset;
  shares[0] = shares[1] = 1;
  for (Index f = 0; f <= rocket.width(); ++f)
    table[2 * f] = static_cast<Scalar>(f % 7) - 3, table[2 * f + 1] = static_cast<Scalar>(f % 5);
  Tape tape(parameters);
  const auto outputs_of = [&](const Batch& of, Mode mode) -> RowMatrix {
    Gradients gradients(parameters);
    tape.begin(mode, mode == Mode::train ? &gradients : nullptr, {});
    Var x = tape.input(of.num_sequences(), outputs, false);
    x.value().setConstant(4);
    return model.add_to(x, of).value();
  };
  const RowMatrix y = outputs_of(batch, Mode::infer);
  std::vector<float> features(biases.size());
  for (Index b = 0; b < 3; ++b) {
    rocket.transform(batch, b, biases, features);
    for (Index k = 0; k < outputs; ++k) {
      double expected = 1 + static_cast<double>(table[2 * rocket.width() + k]);
      for (std::size_t f = 0; f < features.size(); ++f)
        expected += static_cast<double>(features[f]) * static_cast<double>(table[2 * f + as_size(k)]);
      CHECK_THAT(static_cast<double>(y(b, k)), WithinAbs(expected, 1e-3));
    }
    const RowMatrix alone = outputs_of(slice(batch, b, b + 1), Mode::infer);
    CHECK(alone.row(0) == y.row(b));  // whatever is in the batch
  }
  CHECK(outputs_of(batch, Mode::train) == RowMatrix::Constant(3, outputs, 4));
}
