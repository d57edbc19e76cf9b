#include "core/kernels/reference/activation.hpp"
#include "core/kernels/vector_math.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

struct Activation {
  const char* name;
  const Elementwise* function;
  reference::Point (*exact)(double);
};
const Activation activations[] = {
    {"relu", &relu, reference::relu},
    {"gelu", &gelu, reference::gelu},
    {"gelu_tanh", &gelu_tanh, reference::gelu_tanh},
    {"silu", &silu, reference::silu},
};
const Activation others[] = {
    {"elu", &elu, reference::elu},
    {"exp", &exp, reference::exp},
    {"sigmoid", &sigmoid, reference::sigmoid},
    {"tanh", &tanh, reference::tanh},
};
std::vector<Activation> all_functions() {
  std::vector<Activation> all(std::begin(activations), std::end(activations));
  all.insert(all.end(), std::begin(others), std::end(others));
  return all;
}

/// The largest of them, or 1: exp's values are not of the arguments' size.
double size_of(const std::vector<double>& values) {
  double largest = 1;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

}  // namespace

TEST_CASE("the exponential is accurate, goes to 0 and infinity, and keeps NaN") {
  for (double x = -87.3; x < 88.3; x += 0.000731) {
    const Scalar rounded = static_cast<Scalar>(x);
    const double exact = std::exp(static_cast<double>(rounded));
    REQUIRE(std::abs(vexp(rounded) / exact - 1) < (is_float ? 2e-7 : 4e-16));
  }
  const Scalar infinity = std::numeric_limits<Scalar>::infinity();
  REQUIRE(vexp(-infinity) == 0);
  REQUIRE(vexp(Scalar(-800)) == 0);
  REQUIRE(vexp(infinity) == infinity);
  REQUIRE(vexp(Scalar(800)) == infinity);
  REQUIRE(vexp(Scalar(0)) == 1);
  REQUIRE(std::isnan(vexp(not_a_number)));
}

TEST_CASE("the normal distribution and the sigmoid are accurate") {
  for (double x = -13; x < 13; x += 0.000173) {
    const Scalar rounded = static_cast<Scalar>(x);
    const double exact = static_cast<double>(rounded);
    const reference::Point phi = reference::normal(exact);
    const Normal<Scalar> at_x = normal(rounded);
    REQUIRE(std::abs(at_x.cumulative - phi.value) < (is_float ? 1e-7 : 1e-15));
    if (x < 0) REQUIRE(std::abs(at_x.cumulative / phi.value - 1) < (is_float ? 8e-6 : 1e-13));
    REQUIRE(std::abs(at_x.density - phi.derivative) < (is_float ? 1e-7 : 1e-15));
    REQUIRE(std::abs(vsigmoid(rounded) - reference::sigmoid(exact).value) < (is_float ? 1e-7 : 1e-15));
  }
}

TEST_CASE("e^x - 1 and tanh keep their digits near 0 and go to their limits") {
  for (double x = -90; x < 0; x = x < -0.01 ? x + 0.000731 : x * 0.9 + 1e-12) {
    const Scalar rounded = static_cast<Scalar>(x);
    const double exact = static_cast<double>(rounded);
    REQUIRE(std::abs(vexpm1(rounded) / std::expm1(exact) - 1) < (is_float ? 3e-7 : 4e-16));
    REQUIRE(std::abs(vtanh(rounded) / std::tanh(exact) - 1) < (is_float ? 5e-7 : 4e-16));
    REQUIRE(vtanh(-rounded) == -vtanh(rounded));
  }
  const Scalar infinity = std::numeric_limits<Scalar>::infinity();
  REQUIRE(vexpm1(-infinity) == -1);
  REQUIRE(vexpm1(Scalar(0)) == 0);
  REQUIRE(vtanh(infinity) == 1);
  REQUIRE(vtanh(-infinity) == -1);
  REQUIRE(vtanh(Scalar(0)) == 0);
}

TEST_CASE("exp, sigmoid, tanh and elu at very large arguments") {
  for (const Scalar x : {Scalar(1000), Scalar(1e30), std::numeric_limits<Scalar>::infinity()}) {
    const Values in{x, -x}, ones(2, 1);
    const Values limits[] = {{x, -1}, {std::numeric_limits<Scalar>::infinity(), 0}, {1, 0}, {1, -1}},
                 slopes[] = {{1, 0}, {std::numeric_limits<Scalar>::infinity(), 0}, {0, 0}, {0, 0}};
    for (std::size_t f = 0; f < std::size(others); ++f) {
      INFO(others[f].name << " x " << x);
      Values y(2), dx(2);
      others[f].function->value(2, in.data(), y.data());
      others[f].function->backward(2, in.data(), ones.data(), dx.data(), false);
      REQUIRE(y == limits[f]);
      REQUIRE(dx == slopes[f]);
    }
  }
}

TEST_CASE("activations equal their formulas at every length") {
  std::mt19937 generator(1);
  for (const Activation& f : all_functions())
    for (Index n = 0; n < 70; ++n) {
      INFO(f.name << " n " << n);
      const Values x = random_values(generator, n, 3);
      Values y(at(n + 1), Scalar(7));
      f.function->value(n, x.data(), y.data());
      std::vector<double> exact;
      for (const Scalar v : x) exact.push_back(f.exact(v).value);
      exact.push_back(7);  // nothing is written past the end
      REQUIRE(largest_difference(y, exact) < 16 * unit * size_of(exact));
    }
}

TEST_CASE("activations' derivatives equal their formulas, assigned or added") {
  std::mt19937 generator(2);
  for (const Activation& f : all_functions())
    for (const Index n : {1, 15, 16, 53})
      for (const bool accumulate : {false, true}) {
        INFO(f.name << " n " << n << " accumulate " << accumulate);
        const Values x = random_values(generator, n, 2), dy = random_values(generator, n);
        const Values before = random_values(generator, n);
        Values dx = before;
        f.function->backward(n, x.data(), dy.data(), dx.data(), accumulate);
        std::vector<double> exact;
        for (std::size_t i = 0; i < x.size(); ++i)
          exact.push_back(dy[i] * f.exact(x[i]).derivative + (accumulate ? before[i] : 0.0));
        // The reference is in double, too, and 1 - tanh^2 loses digits.
        REQUIRE(largest_difference(dx, exact) < (is_float ? 16 : 128) * unit * size_of(exact));
      }
}

TEST_CASE("activations keep NaN where it is") {
  for (const Activation& f : all_functions())
    for (const Index n : {16, 19}) {
      Values x(at(n), Scalar(1)), y(at(n));
      x.back() = x[3] = not_a_number;
      f.function->value(n, x.data(), y.data());
      for (Index i = 0; i < n; ++i) REQUIRE(std::isnan(y[at(i)]) == (i == 3 || i == n - 1));
    }
}

TEST_CASE("activations and their derivatives at very large arguments and infinity") {
  const Scalar infinity = std::numeric_limits<Scalar>::infinity(),
               largest = std::numeric_limits<Scalar>::max();
  for (const Activation& f : activations)
    for (const Scalar x : {Scalar(1000), Scalar(1e10), Scalar(3e19), Scalar(1e30), largest}) {
      INFO(f.name << " x " << x);
      const Values in{x, -x}, ones(2, 1);
      Values y(2), dx(2);
      f.function->value(2, in.data(), y.data());
      f.function->backward(2, in.data(), ones.data(), dx.data(), false);
      REQUIRE(y == Values{x, 0});
      REQUIRE(dx == Values{1, 0});
    }
  for (const Activation& f : activations) {
    Values y{infinity};
    f.function->value(1, y.data(), y.data());
    REQUIRE(y == Values{infinity});
  }
}

}  // namespace orochi::kernels
