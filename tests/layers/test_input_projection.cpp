// Numeric rows projected together with their neighbors. The gradient is checked with that of every layer.
#include <algorithm>
#include <random>

#include <orochi/error.hpp>
#include <orochi/layer.hpp>

#include "catch.hpp"
#include "layers/input_projection.hpp"

using namespace orochi;

namespace {

constexpr Index channels = 2, width = 4, size = 5;

struct Projection {
  Projection() {
    Config config;
    config.model.d_model = width;
    config.layer["input_projection"] = {{"kernel_size", size}};
    Builder builder(config, {0, channels, 16}, layers, parameters);
    layer = builder.layer("input", "input_projection", channels);
    parameters.allocate();
    std::mt19937 numbers(1);
    for (Scalar& number : parameters.flat()) number = static_cast<Scalar>(numbers() % 1000) / Scalar(500) - 1;
  }
  /// [N, C]
  RowMatrix rows_of(const RowMatrix& x, const std::vector<Index>& offsets,
                    const std::vector<Index>& hidden = {}) {
    Tape tape(parameters);
    tape.begin(Mode::infer, nullptr, {});
    Batch batch;
    batch.offsets = offsets, batch.hidden = hidden;
    Var rows = tape.input(x.rows(), channels, false);
    rows.value() = x;
    return layer->forward({rows, batch}).values.value();
  }
  /// The definition: torch.nn.functional.conv1d, whose weight [C, channels, size] is ours with its last two
  /// axes exchanged.
  RowMatrix convolution(const RowMatrix& x, Index begin, Index end) const {
    const auto numbers = [this](const std::string& name) {
      return parameters.data() + std::ranges::find(parameters.views(), name, &ParameterView::name)->offset;
    };
    const Scalar *weight = numbers("input.weight"), *bias = numbers("input.bias");
    RowMatrix y(end - begin, width);
    for (Index t = begin; t < end; ++t)
      for (Index c = 0; c < width; ++c) {
        double sum = static_cast<double>(bias[c]);
        for (Index k = 0; k < size; ++k)
          for (Index i = 0; i < channels; ++i)
            if (const Index row = t + k - size / 2; row >= begin && row < end)
              sum +=
                  static_cast<double>(weight[(c * size + k) * channels + i]) * static_cast<double>(x(row, i));
        y(t - begin, c) = static_cast<Scalar>(sum);
      }
    return y;
  }
  Layers layers = builtin_layers();
  Parameters parameters;
  std::unique_ptr<Layer> layer;
};

RowMatrix numbers(Index rows) {
  std::mt19937 random(2);
  RowMatrix x(rows, channels);
  for (Scalar& number : x.reshaped()) number = static_cast<Scalar>(random() % 1000) / Scalar(100) - 5;
  return x;
}

}  // namespace

TEST_CASE("a row with its neighbors is a convolution, with zeros beyond the ends of a sequence") {
  Projection projection;
  const RowMatrix x = numbers(12);
  const RowMatrix y = projection.rows_of(x, {0, 8, 9, 12});  // the last two are shorter than the kernel
  for (const auto& [begin, end] : {std::pair<Index, Index>{0, 8}, {8, 9}, {9, 12}})
    CHECK(y.middleRows(begin, end - begin).isApprox(projection.convolution(x, begin, end), Scalar(1e-5)));
}

TEST_CASE("no row sees a hidden one") {
  Projection projection;
  const RowMatrix x = numbers(8);
  RowMatrix without = x;
  without.row(3).setZero();
  const RowMatrix y = projection.rows_of(x, {0, 8}, {3});
  CHECK(y == projection.rows_of(without, {0, 8}));
  CHECK(y.row(4) != projection.rows_of(x, {0, 8}).row(4));
}

TEST_CASE("a kernel of an even size has no middle") {
  Config config;
  config.layer["input_projection"] = {{"kernel_size", Index{4}}};
  const Layers layers = builtin_layers();
  Parameters parameters;
  Builder builder(config, {0, channels, 16}, layers, parameters);
  CHECK_THROWS_WITH(builder.layer("input", "input_projection", channels),
                    catch_matchers::Contains("kernel_size = 4; allowed: an odd number"));
}
