#include "core/kernels/reference/update.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

using reference::AdamSettings;

/// The weights and moments of n parameters.
struct State {
  Values w, m, v;
  std::vector<reference::Weight> exact;
  State(std::mt19937& generator, Index n) : w(random_values(generator, n)), m(at(n)), v(at(n)) {
    for (const Scalar one : w) exact.push_back({one});
  }
  double difference(double reference::Weight::*part, const Values& found) const {
    std::vector<double> values;
    for (const reference::Weight& one : exact) values.push_back(one.*part);
    return largest_difference(found, values);
  }
};

/// The gradient is multiplied by `grad_scale` first.
AdamStep step_of(const AdamSettings& s, int t, double grad_scale = 1) {
  const auto scalar = [](double value) { return static_cast<Scalar>(value); };
  return {scalar(grad_scale),
          scalar(s.decoupled ? 0 : s.weight_decay),
          scalar(s.decoupled ? 1 - s.learning_rate * s.weight_decay : 1),
          scalar(s.beta1),
          scalar(s.beta2),
          scalar(1 - s.beta1),
          scalar(1 - s.beta2),
          scalar(s.learning_rate / (1 - std::pow(s.beta1, t))),
          scalar(1 / std::sqrt(1 - std::pow(s.beta2, t))),
          scalar(s.epsilon)};
}

}  // namespace

TEST_CASE("Adam and AdamW over several steps and at every length") {
  std::mt19937 generator(1);
  for (const bool decoupled : {false, true})
    for (const double beta1 : {0.9, 0.3, 0.0})
      for (const Index n : {1, 15, 16, 31, 200}) {
        const AdamSettings settings{0.01, beta1, 0.99, 1e-8, 0.1, decoupled};
        State p(generator, n);
        for (int t = 1; t <= 5; ++t) {
          const Values g = random_values(generator, n);
          adam_update(n, step_of(settings, t, 0.5), g.data(), p.w.data(), p.m.data(), p.v.data());
          for (Index i = 0; i < n; ++i)
            reference::adam(p.exact[at(i)], 0.5 * static_cast<double>(g[at(i)]), settings, t);
        }
        INFO("decoupled " << decoupled << " beta1 " << beta1 << " n " << n);
        REQUIRE(p.difference(&reference::Weight::m, p.m) < 8 * unit);
        REQUIRE(p.difference(&reference::Weight::v, p.v) < 8 * unit);
        REQUIRE(p.difference(&reference::Weight::w, p.w) < 16 * unit);
      }
}

TEST_CASE("Adam's sums have their value where beta is next to 1") {
  // Of equal gradients the corrected moments are g and g^2 at every step. With beta in Scalar they come out
  // too large, by 18 % at beta2 = 0.9999999 after as many steps as here.
  const AdamSettings settings{1e-3, 0.999999, 0.9999999, 1e-8, 0, false};
  Values w(17), m(17), v(17);
  const Values g(17, Scalar(0.5));
  const int last = 2000000;
  for (int t = 1; t <= last; ++t) {
    // The corrections matter for w alone.
    adam_update(17, step_of(settings, last), g.data(), w.data(), m.data(), v.data());
  }
  const double exact_m = 0.5 * (1 - std::pow(settings.beta1, last)),
               exact_v = 0.25 * (1 - std::pow(settings.beta2, last));
  for (Index i = 0; i < 17; ++i) {
    CHECK(std::abs(m[at(i)] / exact_m - 1) < (is_float ? 0.02 : 1e-9));
    CHECK(std::abs(v[at(i)] / exact_v - 1) < (is_float ? 0.02 : 1e-9));
  }
}

TEST_CASE("moments without gradients become 0 and are never subnormal") {
  const int steps = is_float ? 1000 : 8000;
  const AdamSettings settings{1e-3, 0.9, 0.9, 1e-8, 0, true};
  for (const Index n : {1, 16, 45}) {
    Values w(at(n), 1), m(at(n), Scalar(-1e-3)), v(at(n), Scalar(1e-6)), velocity(at(n), Scalar(1e-3));
    m.back() = Scalar(1e-3);
    const Values none(at(n));
    for (int t = 1; t <= steps; ++t) {
      adam_update(n, step_of(settings, t), none.data(), w.data(), m.data(), v.data());
      sgd_update(n, Scalar(0.1), Scalar(0.9), 0, 1, none.data(), w.data(), velocity.data());
      for (const Values* moment : {&m, &v, &velocity})
        for (const Scalar x : *moment) REQUIRE((x == 0 || std::isnormal(x)));
    }
    for (const Values* moment : {&m, &v, &velocity}) REQUIRE(*moment == Values(at(n)));
  }
}

TEST_CASE("SGD with momentum and weight decay") {
  std::mt19937 generator(2);
  for (const Index n : {1, 16, 45}) {
    State p(generator, n);
    for (int t = 0; t < 3; ++t) {
      const Values g = random_values(generator, n);
      sgd_update(n, Scalar(0.1), Scalar(0.9), Scalar(0.01), Scalar(0.5), g.data(), p.w.data(), p.v.data());
      for (Index i = 0; i < n; ++i)
        reference::sgd(p.exact[at(i)], 0.5 * static_cast<double>(g[at(i)]), 0.1, 0.9, 0.01);
    }
    REQUIRE(p.difference(&reference::Weight::w, p.w) < 16 * unit);
    REQUIRE(p.difference(&reference::Weight::v, p.v) < 16 * unit);
  }
}

TEST_CASE("sums over flat memory") {
  std::mt19937 generator(3);
  for (const Index n : {0, 1, 16, 77, 1000}) {
    const Values x = random_values(generator, n);
    Values y = random_values(generator, n);
    std::vector<double> exact(y.begin(), y.end());
    double squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      exact[i] += 0.3 * x[i];
      squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    }
    add_scaled(n, Scalar(0.3), x.data(), y.data());
    REQUIRE(largest_difference(y, exact) < 4 * unit);
    REQUIRE(std::abs(sum_of_squares(n, x.data()) - squares) <= 1e-13 * squares);
  }
}

}  // namespace orochi::kernels
