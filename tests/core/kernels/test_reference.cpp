// The reference itself: its backward passes against central differences of its forward passes, which read
// like their formulas.
#include <functional>

#include "core/kernels/reference/activation.hpp"
#include "core/kernels/reference/attention.hpp"
#include "core/kernels/reference/cross_entropy.hpp"
#include "core/kernels/reference/norm.hpp"
#include "core/kernels/reference/rotary.hpp"
#include "core/kernels/reference/update.hpp"
#include "kernel_support.hpp"

namespace orochi::reference {
namespace {

using kernels::at;

Matrix random_matrix(std::mt19937& generator, Index rows, Index cols) {
  std::normal_distribution<double> normal;
  return map(Matrix(rows, cols), [&](double) { return normal(generator); });
}

/// The sum of y o dy, whose gradient by y is dy.
double dot(const Matrix& y, const Matrix& dy) {
  double sum = 0;
  for (std::size_t i = 0; i < y.values().size(); ++i) sum += y.values()[i] * dy.values()[i];
  return sum;
}

/// Whether dx is d loss / d x, for a loss that reads x.
void check(const char* what, Matrix& x, const Matrix& dx, const std::function<double()>& loss) {
  const double h = 1e-5;
  double largest = 0;
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j) {
      const double before = x(i, j);
      x(i, j) = before + h;
      const double up = loss();
      x(i, j) = before - h;
      const double down = loss();
      x(i, j) = before;
      largest = std::max(largest, std::abs((up - down) / (2 * h) - dx(i, j)));
    }
  INFO(what);
  CHECK(largest < 1e-8);
}

}  // namespace

TEST_CASE("reference: a linear layer's gradients") {
  std::mt19937 generator(1);
  Matrix x = random_matrix(generator, 5, 3), w = random_matrix(generator, 4, 3),
         b = random_matrix(generator, 1, 4);
  const Matrix dy = random_matrix(generator, 5, 4);
  const LinearGradients found = linear_backward(x, w, dy);
  const auto loss = [&] { return dot(linear(x, w, b), dy); };
  check("x", x, found.dx, loss);
  check("weight", w, found.dweight, loss);
  check("bias", b, found.dbias, loss);
}

TEST_CASE("reference: attention's gradients") {
  std::mt19937 generator(2);
  const double root = std::sqrt(0.5);
  for (const AttentionOptions& options :
       {AttentionOptions{root}, {root, true}, {root, false, 2}, {root, true, 1, 0.3}, {root, false, 0, 0.25}})
    for (const double dropped : {0.0, 2.0}) {
      Matrix query = random_matrix(generator, 6, 2), key = random_matrix(generator, 6, 2),
             value = random_matrix(generator, 6, 2), keep(6, 6, 1);
      for (Index i = 0; i < 6; ++i) keep(i, (i * 5 + 1) % 6) = dropped;
      const Matrix dout = random_matrix(generator, 6, 2);
      const AttentionGradients found = attention_backward(options, query, key, value, keep, dout);
      const auto loss = [&] { return dot(attention(options, query, key, value, keep).out, dout); };
      check("query", query, found.dquery, loss);
      check("key", key, found.dkey, loss);
      check("value", value, found.dvalue, loss);
    }
}

TEST_CASE("reference: attention by hand") {
  // Scores 0 and ln 3 of the one query: weights 1/4 and 3/4.
  const Matrix query(1, 1, 2), keep(1, 2, 1);
  const double keys[] = {0, std::log(3.0)}, values[] = {8, 4};
  const Attention found = attention({0.5}, query, {2, 1, keys, 1}, {2, 1, values, 1}, keep);
  CHECK(std::abs(found.weights(0, 0) - 0.25) < 1e-15);
  CHECK(std::abs(found.out(0, 0) - 5) < 1e-14);
  CHECK(attention({0.5, true}, query, {2, 1, keys, 1}, {2, 1, values, 1}, keep).out(0, 0) == 8);
}

TEST_CASE("reference: the gradients of norms") {
  std::mt19937 generator(3);
  for (const Index n : {2, 5}) {
    Matrix x = random_matrix(generator, 3, n), w = random_matrix(generator, 1, n),
           b = random_matrix(generator, 1, n);
    const Matrix dy = random_matrix(generator, 3, n);
    const NormGradients layer = layer_norm_backward(x, w, 1e-2, dy), rms = rms_norm_backward(x, w, 1e-2, dy);
    const auto layer_loss = [&] { return dot(layer_norm(x, w, b, 1e-2).y, dy); };
    const auto rms_loss = [&] { return dot(rms_norm(x, w, 1e-2).y, dy); };
    check("layer norm x", x, layer.dx, layer_loss);
    check("layer norm weight", w, layer.dweight, layer_loss);
    check("layer norm bias", b, layer.dbias, layer_loss);
    check("rms norm x", x, rms.dx, rms_loss);
    check("rms norm weight", w, rms.dweight, rms_loss);
  }
}

TEST_CASE("reference: derivatives of functions of one number") {
  for (const auto f : {relu, gelu, gelu_tanh, silu, sigmoid, exp, tanh, elu})
    for (const double x : {-3.1, -0.7, 0.4, 2.3}) {
      const double h = 1e-5;
      CHECK(std::abs((f(x + h).value - f(x - h).value) / (2 * h) - f(x).derivative) < 1e-8);
    }
}

TEST_CASE("reference: cross entropy's gradient, and its value by hand") {
  std::mt19937 generator(4);
  for (const double smoothing : {0.0, 0.2}) {
    Matrix logits = random_matrix(generator, 3, 4);
    const Matrix weights = map(random_matrix(generator, 1, 4), [](double v) { return std::abs(v) + 0.1; });
    const std::vector<int> labels{1, 3, 0};
    const auto found = [&] { return cross_entropy(logits, labels, weights, smoothing, 2.5); };
    check("logits", logits, found().dlogits, [&] { return static_cast<double>(found().loss); });
  }
  const Matrix even(1, 4, 7);  // four classes alike: each has probability 1/4
  const CrossEntropy found = cross_entropy(even, std::vector<int>{2}, Matrix(1, 4, 1), 0.1, 1);
  CHECK(std::abs(static_cast<double>(found.loss) - std::log(4.0)) < 1e-15);
}

TEST_CASE("reference: rotary positions keep lengths and turn back") {
  std::mt19937 generator(5);
  const Matrix x = random_matrix(generator, 9, 8), y = rotary(x, 4), back = rotary(y, 4, true);
  CHECK(std::abs(dot(x, x) - dot(y, y)) < 1e-12);
  CHECK(std::abs(dot(x, back) - dot(x, x)) < 1e-12);
  const double one[] = {1, 0, 1, 0, 1, 0, 1, 0};  // place 1: by 1 and by 1/100
  const Matrix turned = rotary({2, 4, one, 4}, 4);
  CHECK(std::abs(turned(1, 0) - std::cos(1.0)) < 1e-15);
  CHECK(std::abs(turned(1, 3) - std::sin(0.01)) < 1e-15);
}

TEST_CASE("reference: the first step of Adam moves a weight by the learning rate") {
  for (const bool decoupled : {false, true}) {
    Weight p{2};
    adam(p, -0.3, {0.01, 0.9, 0.999, 0, 0, decoupled}, 1);
    CHECK(std::abs(p.w - 2.01) < 1e-14);
  }
  Weight p{2};
  adam(p, 0.4, {0.01, 0.9, 0.999, 0, 0.5, true}, 1);  // 2 (1 - 0.01 0.5) - 0.01
  CHECK(std::abs(p.w - 1.98) < 1e-14);
  Weight q{1};
  for (int t = 0; t < 2; ++t) sgd(q, 1, 0.1, 0.5, 0);  // velocities 1 and 1.5
  CHECK(std::abs(q.w - 0.75) < 1e-15);
}

}  // namespace orochi::reference
