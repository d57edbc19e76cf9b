// Losses against numbers: PyTorch's values, the formulas where logits are extreme, and what is left out.
#include <limits>
#include <numeric>

#include <orochi/losses.hpp>

#include "catch.hpp"
#include "golden_operations.hpp"

using namespace orochi;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double normalizer = 4.25;  // as in scripts/make_golden_operations.py

struct Answer {
  double loss = 0;
  std::vector<double> gradient;  // [B, K]
};

/// `loss` of outputs [B, K]; `before`: what the outputs' gradient already holds in every element.
template <class Loss>
Answer compute(const std::vector<Scalar>& outputs, Index k, Loss loss, Scalar factor = 1, Scalar before = 0) {
  Parameters parameters;
  parameters.allocate();
  Gradients gradients(parameters);
  Tape tape(parameters);
  tape.begin(Mode::train, &gradients, {});
  const Index rows = static_cast<Index>(outputs.size()) / k;
  Var o = tape.input(rows, k, true);
  std::copy(outputs.begin(), outputs.end(), o.data());
  const Var y = loss(o);
  REQUIRE((y.rows() == 1 && y.cols() == 1));
  if (before != 0) o.add_grad(RowMatrix::Constant(rows, k, before));
  y.add_grad(RowMatrix::Constant(1, 1, factor));
  tape.backward();
  return {static_cast<double>(y.value()(0, 0)), {o.grad().data(), o.grad().data() + rows * k}};
}

}  // namespace

TEST_CASE("losses and their gradients are PyTorch's, with weights and targets that are not given") {
  const GoldenOperation squared("mean_squared_error"), huber_case("huber"), cross("binary_cross_entropy");
  const auto targets = squared.read_as<double>("targets");
  const auto weights = squared.read_as<float>("weights");
  squared.check(
      [&](const std::vector<Var>& in) { return mean_squared_error(in[0], targets, weights, normalizer); });
  huber_case.check(
      [&](const std::vector<Var>& in) { return huber(in[0], targets, weights, 0.75, normalizer); });
  const auto chances = cross.read_as<double>("targets");
  const auto positive = cross.read_as<Scalar>("positive_weights");
  cross.check([&](const std::vector<Var>& in) {
    return binary_cross_entropy(in[0], chances, positive, weights, normalizer);
  });
}

TEST_CASE("without weights every row counts 1, and the mean is over all columns") {
  const std::vector<double> targets{1, 2, none, 0};
  const Answer answer =
      compute({3, 0, 5, 1}, 2, [&](Var o) { return mean_squared_error(o, targets, {}, 1); });
  CHECK(answer.loss == (4 + 4) / 2.0 + 1 / 2.0);
  CHECK(answer.gradient == std::vector<double>{2, -2, 0, 1});
}

TEST_CASE("Huber's loss is quadratic up to delta and linear beyond") {
  const std::vector<double> targets{0, 0, 0, 0};
  const Answer answer = compute({0.25, -0.5, 2, -3}, 1, [&](Var o) { return huber(o, targets, {}, 0.5, 1); });
  CHECK(answer.loss == 0.03125 + 0.125 + 0.5 * (2 - 0.25) + 0.5 * (3 - 0.25));
  CHECK(answer.gradient == std::vector<double>{0.25, -0.5, 0.5, -0.5});
}

TEST_CASE("logits of any size have a binary cross entropy with all its digits") {
  for (const double z : {-1e4, -100.0, -20.0, -1.0, 0.0, 1.0, 20.0, 100.0, 1e4})
    for (const double target : {0.0, 0.25, 1.0}) {
      const std::vector<double> targets{target};
      const std::vector<Scalar> positive{Scalar(1.5)};
      const Answer answer = compute({static_cast<Scalar>(z)}, 1,
                                    [&](Var o) { return binary_cross_entropy(o, targets, positive, {}, 1); });
      // log sigmoid(z) = -log(1 + e^-z), whose two forms are exact on the one side each.
      const auto log_sigmoid = [](long double x) {
        return x > 0 ? -std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x));
      };
      const long double t = target, loss = -1.5L * t * log_sigmoid(z) - (1 - t) * log_sigmoid(-z),
                        slope = (1 - t) * std::exp(log_sigmoid(z)) - 1.5L * t * std::exp(log_sigmoid(-z));
      INFO("z " << z << ", target " << target);
      CHECK_THAT(answer.loss, catch_matchers::WithinRel(static_cast<double>(loss), golden_tolerance) ||
                                  catch_matchers::WithinAbs(static_cast<double>(loss), 1e-40));
      CHECK_THAT(answer.gradient[0],
                 catch_matchers::WithinRel(static_cast<double>(slope), golden_tolerance) ||
                     catch_matchers::WithinAbs(static_cast<double>(slope), 1e-37));
    }
}

TEST_CASE("a target that is not given hides its output, whatever that is") {
  const std::vector<double> targets{none, 1, none, none};
  for (const Scalar hidden : {Scalar(3), std::numeric_limits<Scalar>::infinity()}) {
    const Answer answer =
        compute({hidden, 1, hidden, hidden}, 2, [&](Var o) { return mean_squared_error(o, targets, {}, 1); });
    CHECK(answer.loss == 0);
    CHECK(answer.gradient == std::vector<double>(4, 0));
  }
}

TEST_CASE("an output that is no number makes each loss none") {
  const std::vector<double> targets{0.5, 0.5};
  const std::vector<Scalar> outputs{1, std::numeric_limits<Scalar>::quiet_NaN()};
  CHECK(std::isnan(compute(outputs, 2, [&](Var o) { return mean_squared_error(o, targets, {}, 1); }).loss));
  CHECK(std::isnan(compute(outputs, 2, [&](Var o) { return huber(o, targets, {}, 1, 1); }).loss));
  CHECK(std::isnan(
      compute(outputs, 2, [&](Var o) { return binary_cross_entropy(o, targets, {}, {}, 1); }).loss));
}

TEST_CASE("parts of a batch add up to the whole, and gradients add to what is there") {
  const std::vector<Scalar> outputs{1, -2, 0.5, 3, 0.25, -1};
  const std::vector<double> targets{0, 1, 1, 0, 0.5, 1};
  const std::vector<float> weights{1, 0.5, 2};
  const auto part = [&](std::size_t first, std::size_t count) {
    return compute(
        {outputs.data() + 2 * first, outputs.data() + 2 * (first + count)}, 2,
        [&](Var o) {
          return binary_cross_entropy(o, std::span(targets).subspan(2 * first, 2 * count), {},
                                      std::span(weights).subspan(first, count), 3.5);
        },
        2, 0.5);
  };
  const Answer whole = part(0, 3), one = part(0, 1), two = part(1, 2);
  CHECK_THAT(one.loss + two.loss, catch_matchers::WithinRel(whole.loss, golden_tolerance));
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(whole.gradient[i] == (i < 2 ? one.gradient[i] : two.gradient[i - 2]));
  const Answer plain =
      compute(outputs, 2, [&](Var o) { return binary_cross_entropy(o, targets, {}, weights, 3.5); });
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(std::abs(whole.gradient[i] - 0.5 - 2 * plain.gradient[i]) < 4 * golden_tolerance);
}

TEST_CASE("a wrong number of targets or weights is an error that says both") {
  const std::vector<double> two{0, 0}, three{0, 0, 0};
  const std::vector<float> two_weights{1, 1};
  const std::vector<Scalar> outputs{1, 2};
  const auto message = [](const std::string& text) { return catch_matchers::Contains(text); };
  CHECK_THROWS_WITH(compute(outputs, 2, [&](Var o) { return mean_squared_error(o, three, {}, 1); }),
                    message("[mean_squared_error] expected 2 targets, one an output, found 3"));
  CHECK_THROWS_WITH(compute(outputs, 2, [&](Var o) { return huber(o, two, two_weights, 1, 1); }),
                    message("[huber] expected 1 weights, one a row, found 2"));
  CHECK_THROWS_WITH(compute(outputs, 2, [&](Var o) { return huber(o, two, {}, 0, 1); }),
                    message("[huber] expected delta above 0"));
  const std::vector<Scalar> positive{1};
  CHECK_THROWS_WITH(compute(outputs, 2, [&](Var o) { return binary_cross_entropy(o, two, positive, {}, 1); }),
                    message("[binary_cross_entropy] expected 2 positive weights, one a column, found 1"));
}
