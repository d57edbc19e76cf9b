// A linear model of texts beside an encoder: what it makes of a batch's features.
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>
#include <orochi/layer.hpp>

#include "catch.hpp"
#include "layers/text_model.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

constexpr Index num_features = 6, outputs = 2;

/// Feature f has 10 f for output 0 and -f for output 1; what is always added is 7 and 8.
struct Fitted {
  Fitted() : builder({}, {9, 0, 4}, layers, parameters), model(builder, num_features, outputs) {
    parameters.allocate();
    for (Index f = 0; f < num_features; ++f) {
      parameters.flat()[static_cast<std::size_t>(2 * f)] = static_cast<Scalar>(10 * f);
      parameters.flat()[static_cast<std::size_t>(2 * f + 1)] = static_cast<Scalar>(-f);
    }
    parameters.flat()[12] = 7, parameters.flat()[13] = 8;
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
  Layers layers = builtin_layers();
  Parameters parameters;
  Builder builder;
  TextModel model;
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
