// Cross entropy against the reference, from 2 classes to a million.
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <type_traits>

#include <orochi/ops.hpp>

#include "catch.hpp"
#include "core/kernels/reference/cross_entropy.hpp"

using namespace orochi;

namespace {

constexpr bool is_float = std::is_same_v<Scalar, float>;
constexpr double tolerance = is_float ? 1e-6 : 1e-10;

struct Problem {
  Index classes = 0;
  std::vector<Scalar> logits;        // [B, K]
  std::vector<std::int32_t> labels;  // [B]
  LossOptions options;
};

struct Answer {
  double loss = 0;
  std::vector<double> gradient;  // [B, K]
};

/// The reference's.
Answer by_formula(const Problem& p) {
  reference::Matrix weights(1, p.classes, 1);
  for (std::size_t j = 0; j < p.options.weights.size(); ++j)
    weights(0, static_cast<Index>(j)) = static_cast<double>(p.options.weights[j]);
  const reference::Matrix logits(std::ssize(p.labels), p.classes, p.logits.data(), p.classes);
  const reference::CrossEntropy exact =
      reference::cross_entropy(logits, p.labels, weights, p.options.label_smoothing, p.options.normalizer);
  return {static_cast<double>(exact.loss), exact.dlogits.values()};
}

/// `before`: what the logits' gradient already holds in every element.
Answer by_program(const Problem& p, Scalar factor = 1, Scalar before = 0) {
  Parameters parameters;
  parameters.allocate();
  Gradients gradients(parameters);
  Tape tape(parameters);
  tape.begin(Mode::train, &gradients, {});
  const auto rows = static_cast<Index>(p.labels.size());
  Var logits = tape.input(rows, p.classes, true);
  std::copy(p.logits.begin(), p.logits.end(), logits.data());
  const Var loss = cross_entropy(logits, p.labels, p.options);
  if (before != 0) logits.add_grad(RowMatrix::Constant(rows, p.classes, before));
  loss.add_grad(RowMatrix::Constant(1, 1, factor));
  tape.backward();
  return {static_cast<double>(loss.value()(0, 0)),
          {logits.grad().data(), logits.grad().data() + rows * p.classes}};
}

Problem make_problem(Index rows, Index classes, double spread, double offset, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal(offset, spread);
  Problem p;
  p.classes = classes;
  for (Index i = 0; i < rows * classes; ++i) p.logits.push_back(static_cast<Scalar>(normal(generator)));
  for (Index b = 0; b < rows; ++b)
    p.labels.push_back(static_cast<std::int32_t>(b == 0 ? classes - 1 : (b * 7919) % classes));
  return p;
}

std::vector<Scalar> make_weights(Index classes) {
  std::vector<Scalar> weights;
  for (Index j = 0; j < classes; ++j)
    weights.push_back(static_cast<Scalar>(0.25 + 0.5 * static_cast<double>(j % 5)));
  return weights;
}

/// Each element against the largest of its row, but the label's own against itself.
void check(const Problem& p, const Answer& found, const Answer& exact) {
  INFO(p.classes << " classes, smoothing " << p.options.label_smoothing << ", weights "
                 << !p.options.weights.empty());
  CHECK(std::abs(found.loss - exact.loss) <= tolerance * std::abs(exact.loss));
  const auto k = static_cast<std::size_t>(p.classes);
  double worst = 0, worst_label = 0;
  for (std::size_t b = 0; b < p.labels.size(); ++b) {
    const double* row = exact.gradient.data() + b * k;
    double largest = 0;
    for (std::size_t j = 0; j < k; ++j) largest = std::max(largest, std::abs(row[j]));
    for (std::size_t j = 0; j < k; ++j)
      worst = std::max(worst, std::abs(found.gradient[b * k + j] - row[j]) / largest);
    const std::size_t label = b * k + static_cast<std::size_t>(p.labels[b]);
    worst_label = std::max(worst_label, std::abs(found.gradient[label] / exact.gradient[label] - 1));
  }
  CHECK(worst <= tolerance);
  CHECK(worst_label <= 2 * tolerance);
}

}  // namespace

TEST_CASE("loss and gradient are PyTorch's formula for few classes and many") {
  for (const Index classes : {2, 3, 15, 16, 17, 100, 10000}) {
    const std::vector<Scalar> weights = make_weights(classes);
    for (const double smoothing : {0.0, 0.1})
      for (const bool weighted : {false, true}) {
        Problem p = make_problem(5, classes, 3, 0, static_cast<unsigned>(classes));
        p.options.label_smoothing = smoothing;
        p.options.normalizer = 3.5;
        if (weighted) p.options.weights = weights;
        check(p, by_program(p), by_formula(p));
      }
  }
}

TEST_CASE("a million classes keep their digits") {
  Problem p = make_problem(1, 1000000, 1, 0, 1);
  check(p, by_program(p), by_formula(p));
  p.options.label_smoothing = 0.1;
  check(p, by_program(p), by_formula(p));
  p.options.label_smoothing = 0;
  std::fill(p.logits.begin(), p.logits.end(), Scalar(0.1));  // all alike: the loss is ln K
  CHECK_THAT(by_program(p).loss, catch_matchers::WithinRel(std::log(1e6), tolerance));
}

TEST_CASE("large logits neither overflow nor lose their differences") {
  for (const double offset : {-1e4, 1e4}) {
    Problem p = make_problem(4, 50, 2, offset, 3);
    check(p, by_program(p), by_formula(p));
  }
  Problem p{2, {Scalar(1e4), Scalar(-1e4)}, {1}, {}};
  const Answer wrong = by_program(p);
  CHECK(wrong.loss == 2e4);
  CHECK(wrong.gradient == std::vector<double>{1, -1});
  p.labels = {0};
  const Answer right = by_program(p);
  CHECK(right.loss == 0);
  CHECK(right.gradient == std::vector<double>{0, 0});
}

TEST_CASE("a label that is all but certain keeps the digits of its gradient") {
  Problem p{4, {Scalar(12), Scalar(0.5), Scalar(-1), Scalar(0)}, {0}, {}};
  check(p, by_program(p), by_formula(p));
}

TEST_CASE("the gradient takes the factor that comes in, and adds to what is there") {
  Problem p = make_problem(3, 20, 2, 0, 4);
  p.options.label_smoothing = 0.2;
  const std::vector<Scalar> weights = make_weights(20);
  p.options.weights = weights;
  const Answer once = by_program(p), more = by_program(p, 3, 0.5);
  for (std::size_t i = 0; i < once.gradient.size(); ++i)
    REQUIRE(std::abs(more.gradient[i] - 0.5 - 3 * once.gradient[i]) < 20 * tolerance);
}

TEST_CASE("a logit that is no number makes the loss none") {
  Problem p{3, {0, std::numeric_limits<Scalar>::quiet_NaN(), 1}, {0}, {}};
  CHECK(std::isnan(by_program(p).loss));
  p.logits[1] = std::numeric_limits<Scalar>::infinity();
  CHECK_FALSE(std::isfinite(by_program(p).loss));
}
