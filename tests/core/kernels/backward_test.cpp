// Built in double only: hand-written ways back against central differences of the forward kernels.
#include <functional>

#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

/// d loss / d x by central differences.
std::vector<double> differences(Values& x, const std::function<double()>& loss) {
  const Scalar h = 1e-5;
  std::vector<double> slopes;
  for (Scalar& v : x) {
    const Scalar before = v;
    v = before + h;
    const double up = loss();
    v = before - h;
    const double down = loss();
    v = before;
    slopes.push_back((up - down) / (2 * h));
  }
  return slopes;
}

double dot(const Values& a, const Values& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::vector<double> plus(std::vector<double> a, const Values& b, bool add) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += add ? b[i] : 0.0;
  return a;
}

constexpr double tolerance = 1e-8;

}  // namespace

TEST_CASE("softmax backward, whole and causal") {
  std::mt19937 generator(1);
  for (const bool causal : {false, true}) {
    const Index m = 4, n = 19;
    Values x = random_values(generator, m * n), p = x;
    const Values weights = random_values(generator, m * n);
    const auto loss = [&] {
      p = x;
      softmax_rows(m, n, p.data(), n, 0.6, causal, 2);
      return dot(p, weights);
    };
    loss();
    Values dp = weights;
    softmax_rows_backward(m, n, p.data(), dp.data(), n, 0.6);
    REQUIRE(largest_difference(dp, differences(x, loss)) < tolerance);
  }
}

TEST_CASE("layer norm backward: input, weight, bias") {
  std::mt19937 generator(2);
  for (const Index n : {1, 5, 16, 37})
    for (const bool accumulate : {false, true}) {
      const Index m = 5;
      Values x = random_values(generator, m * n), w = random_values(generator, n),
             b = random_values(generator, n);
      Values y(x.size()), mean(at(2 * m)), rstd(at(m)), lost(at(2 * n)), dx = random_values(generator, m * n);
      Values dw = random_values(generator, n), db = random_values(generator, n);
      const Values dy = random_values(generator, m * n), dx0 = dx, dw0 = dw, db0 = db;
      const auto loss = [&] {
        layer_norm(m, n, x.data(), w.data(), b.data(), 1e-2, y.data(), mean.data(), rstd.data());
        return dot(y, dy);
      };
      loss();
      layer_norm_backward(m, n, x.data(), w.data(), mean.data(), rstd.data(), dy.data(), dx.data(),
                          accumulate, dw.data(), accumulate, db.data(), accumulate, lost.data());
      REQUIRE(largest_difference(dx, plus(differences(x, loss), dx0, accumulate)) < tolerance);
      REQUIRE(largest_difference(dw, plus(differences(w, loss), dw0, accumulate)) < tolerance);
      REQUIRE(largest_difference(db, plus(differences(b, loss), db0, accumulate)) < tolerance);
    }
}

TEST_CASE("rms norm backward: input, weight") {
  std::mt19937 generator(3);
  for (const Index n : {1, 5, 16, 37})
    for (const bool accumulate : {false, true}) {
      const Index m = 5;
      Values x = random_values(generator, m * n), w = random_values(generator, n);
      Values y(x.size()), rrms(at(m)), lost(at(n)), dx = random_values(generator, m * n),
                                                    dw = random_values(generator, n);
      const Values dy = random_values(generator, m * n), dx0 = dx, dw0 = dw;
      const auto loss = [&] {
        rms_norm(m, n, x.data(), w.data(), 1e-2, y.data(), rrms.data());
        return dot(y, dy);
      };
      loss();
      rms_norm_backward(m, n, x.data(), w.data(), rrms.data(), dy.data(), dx.data(), accumulate, dw.data(),
                        accumulate, lost.data());
      REQUIRE(largest_difference(dx, plus(differences(x, loss), dx0, accumulate)) < tolerance);
      REQUIRE(largest_difference(dw, plus(differences(w, loss), dw0, accumulate)) < tolerance);
    }
}

}  // namespace orochi::kernels
