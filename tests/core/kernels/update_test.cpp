#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

struct State {
  std::vector<double> w, m, v;
};

State copy(const Values& w, const Values& m, const Values& v) {
  return {{w.begin(), w.end()}, {m.begin(), m.end()}, {v.begin(), v.end()}};
}

/// PyTorch's Adam and AdamW, in double.
void adam_reference(State& s, const Values& g, const AdamStep& p) {
  for (std::size_t i = 0; i < g.size(); ++i) {
    double slope = static_cast<double>(g[i]) * p.grad_scale;
    if (p.decoupled)
      s.w[i] *= 1 - static_cast<double>(p.learning_rate) * p.weight_decay;
    else
      slope += p.weight_decay * s.w[i];
    s.m[i] = p.beta1 * s.m[i] + (1 - static_cast<double>(p.beta1)) * slope;
    s.v[i] = p.beta2 * s.v[i] + (1 - static_cast<double>(p.beta2)) * slope * slope;
    s.w[i] -= p.learning_rate * (s.m[i] / p.correction1) / (std::sqrt(s.v[i] / p.correction2) + p.epsilon);
  }
}

}  // namespace

TEST_CASE("Adam and AdamW over several steps and at every length") {
  std::mt19937 generator(1);
  for (const bool decoupled : {false, true})
    for (const Index n : {1, 15, 16, 31, 200}) {
      Values w = random_values(generator, n), m(at(n)), v(at(n));
      State exact = copy(w, m, v);
      for (int t = 1; t <= 5; ++t) {
        const Values g = random_values(generator, n);
        const AdamStep step{Scalar(0.01),
                            Scalar(0.9),
                            Scalar(0.99),
                            Scalar(1e-8),
                            Scalar(0.1),
                            static_cast<Scalar>(1 - std::pow(0.9, t)),
                            static_cast<Scalar>(1 - std::pow(0.99, t)),
                            Scalar(0.5),
                            decoupled};
        adam_update(n, step, g.data(), w.data(), m.data(), v.data());
        adam_reference(exact, g, step);
      }
      INFO("decoupled " << decoupled << " n " << n);
      REQUIRE(largest_difference(m, exact.m) < 8 * unit);
      REQUIRE(largest_difference(v, exact.v) < 8 * unit);
      REQUIRE(largest_difference(w, exact.w) < 16 * unit);
    }
}

TEST_CASE("SGD with momentum and weight decay") {
  std::mt19937 generator(2);
  for (const Index n : {1, 16, 45}) {
    Values w = random_values(generator, n), v(at(n));
    State exact = copy(w, {}, v);
    for (int t = 0; t < 3; ++t) {
      const Values g = random_values(generator, n);
      sgd_update(n, Scalar(0.1), Scalar(0.9), Scalar(0.01), Scalar(0.5), g.data(), w.data(), v.data());
      for (std::size_t i = 0; i < g.size(); ++i) {
        exact.v[i] = 0.9 * exact.v[i] + 0.5 * g[i] + 0.01 * exact.w[i];
        exact.w[i] -= 0.1 * exact.v[i];
      }
    }
    REQUIRE(largest_difference(w, exact.w) < 16 * unit);
    REQUIRE(largest_difference(v, exact.v) < 16 * unit);
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
