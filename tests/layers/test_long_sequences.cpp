// In float, as models are trained: sums over a million rows keep their digits.
#include <cmath>
#include <functional>
#include <vector>

#include "catch.hpp"
#include "layers/embedding.hpp"
#include "layers/pooling.hpp"

using namespace orochi;
using catch_matchers::WithinRel;

namespace {

struct Mean : Pooling {
  explicit Mean(Builder&) : Pooling(mean_per_sequence) {}
};

constexpr Index million = 1000000, width = 2;
constexpr double bar = 2e-6;  // plain sums are off by 1e-3 and more

using Numbers = std::vector<Scalar>;

struct Result {
  Numbers y;          // the first row of the result
  Numbers parameter;  // the gradient of the layer's one parameter, if it has one
};

/// One layer forward over sequences of rows x(i, j), and backward where each row's gradient is `dy`.
template <class L>
Result run(const std::vector<Index>& offsets, const std::function<double(Index, Index)>& x,
           const Numbers& parameter, const Numbers& dy) {
  Config config;
  config.model.d_model = width;
  const Layers registry = builtin_layers();
  Parameters parameters;
  Builder builder(config, {2, 0, million}, registry, parameters);
  const L layer(builder);
  parameters.allocate();
  std::copy(parameter.begin(), parameter.end(), parameters.data());
  Gradients gradients(parameters);
  gradients.clear();
  Tape tape(parameters, "native");
  tape.begin(Mode::train, &gradients, {});
  Batch batch;
  batch.offsets = offsets;
  const Var rows = tape.input(batch.num_rows(), width, true);
  for (Index i = 0; i < batch.num_rows() * width; ++i)
    rows.data()[i] = static_cast<Scalar>(x(i / width, i % width));
  const Var y = layer.forward({rows, batch}).values;
  Result result{{y.data(), y.data() + width}, {}};
  MatrixMap gradient = y.grad_sum();
  for (Index i = 0; i < gradient.rows(); ++i)
    for (Index j = 0; j < width; ++j) gradient(i, j) = dy[static_cast<std::size_t>(j)];
  tape.backward();
  if (!parameter.empty()) result.parameter = GradientSum(parameters, {&gradients}).flat();
  return result;
}

}  // namespace

TEST_CASE("the mean over a sequence of a million rows keeps its digits") {
  const Result result =
      run<Mean>({0, million}, [](Index, Index j) { return j == 0 ? 0.7 : -12345.7; }, {}, {1, 1});
  CHECK_THAT(result.y[0], WithinRel(0.7, bar));
  CHECK_THAT(result.y[1], WithinRel(-12345.7, bar));
}

TEST_CASE("attention pooling of a million rows keeps its digits, forward and backward") {
  // Rows a and b in turn. The result is p a + (1 - p) b, p being the softmax of the two.
  const double a[width] = {0.7, 0.2}, b[width] = {0.1, 0.3}, query[width] = {0.5, -0.4}, dy[width] = {1, 0.5};
  const double scale = 1 / std::sqrt(2.0);
  double difference = 0, gain = 0;  // of the scores, and of dy times the rows
  for (int j = 0; j < width; ++j) difference += scale * query[j] * (a[j] - b[j]);
  for (int j = 0; j < width; ++j) gain += dy[j] * (a[j] - b[j]);
  const double p = 1 / (1 + std::exp(-difference));
  const Result result =
      run<AttentionPooling>({0, million}, [&](Index i, Index j) { return (i % 2 == 0 ? a : b)[j]; },
                            {Scalar(0.5), Scalar(-0.4)}, {1, Scalar(0.5)});
  for (int j = 0; j < width; ++j) {
    const auto at = static_cast<std::size_t>(j);
    INFO(j);
    CHECK_THAT(result.y[at], WithinRel(p * a[j] + (1 - p) * b[j], bar));
    CHECK_THAT(result.parameter[at], WithinRel(scale * p * (1 - p) * gain * (a[j] - b[j]), 5 * bar));
  }
}

TEST_CASE("the class token's gradient keeps its digits over a million sequences") {
  std::vector<Index> offsets;
  for (Index i = 0; i <= million; ++i) offsets.push_back(i);
  const Result result =
      run<ClassToken>(offsets, [](Index, Index) { return 0; }, {0, 0}, {Scalar(0.7), Scalar(-0.3)});
  CHECK_THAT(result.parameter[0], WithinRel(0.7e6, bar));
  CHECK_THAT(result.parameter[1], WithinRel(-0.3e6, bar));
}
