#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

/// softmax(scale * x) of the first `visible` entries, 0 beyond.
void softmax_reference(double* x, Index n, Index visible, double scale) {
  double sum = 0;
  const double largest = *std::max_element(x, x + visible);
  for (Index j = 0; j < n; ++j) {
    x[j] = j < visible ? std::exp(scale * (x[j] - largest)) : 0.0;
    sum += x[j];
  }
  for (Index j = 0; j < n; ++j) x[j] /= sum;
}

struct Moments {
  long double mean, variance, square;  // long: the double build's norms are as exact as sums in double
};
Moments moments(const Scalar* x, Index n) {
  Moments m{};
  const auto width = static_cast<long double>(n);
  for (Index j = 0; j < n; ++j) m.mean += x[j] / width;
  for (Index j = 0; j < n; ++j) m.variance += (x[j] - m.mean) * (x[j] - m.mean) / width;
  m.square = m.variance + m.mean * m.mean;
  return m;
}

}  // namespace

TEST_CASE("softmax of strided rows, whole and causal") {
  std::mt19937 generator(1);
  for (const Index n : {1, 2, 15, 16, 17, 33, 60, 64, 129})
    for (const bool causal : {false, true})
      for (const Index first_row : {Index{0}, n / 2}) {
        const Index m = 9, ld = n + 3;
        Values x = random_values(generator, m * ld, 4);
        std::vector<double> exact(x.begin(), x.end());
        for (Index r = 0; r < m; ++r)
          softmax_reference(exact.data() + r * ld, n, causal ? std::min(first_row + r + 1, n) : n, 0.7);
        softmax_rows(m, n, x.data(), ld, Scalar(0.7), causal, first_row);
        INFO("n " << n << " causal " << causal << " first row " << first_row);
        REQUIRE(largest_difference(x, exact) < 16 * unit);
      }
}

TEST_CASE("softmax of large, equal and infinite entries") {
  const Scalar infinity = std::numeric_limits<Scalar>::infinity();
  Values x{3e4F, 3e4F, -3e4F, -infinity, 3e4F, 3e4F};
  softmax_rows(1, 6, x.data(), 6, 1);
  REQUIRE(x == Values{0.25, 0.25, 0, 0, 0.25, 0.25});
}

TEST_CASE("the way back through softmax") {
  std::mt19937 generator(2);
  const Index m = 5, n = 21, ld = 23;
  Values p = random_values(generator, m * ld), dp = random_values(generator, m * ld);
  softmax_rows(m, n, p.data(), ld, 1);
  std::vector<double> exact(dp.begin(), dp.end());
  for (Index r = 0; r < m; ++r) {
    double mean = 0;
    for (Index j = 0; j < n; ++j) mean += static_cast<double>(p[at(r * ld + j)]) * dp[at(r * ld + j)];
    for (Index j = 0; j < n; ++j)
      exact[at(r * ld + j)] = 0.5 * p[at(r * ld + j)] * (dp[at(r * ld + j)] - mean);
  }
  softmax_rows_backward(m, n, p.data(), dp.data(), ld, Scalar(0.5));
  REQUIRE(largest_difference(dp, exact) < 8 * unit);
}

TEST_CASE("layer norm and rms norm, also far from zero") {
  std::mt19937 generator(3);
  for (const Index n : {1, 7, 16, 60, 64, 200})
    for (const double shift : {0.0, 100.0}) {
      const Index m = 6;
      const Values w = random_values(generator, n), b = random_values(generator, n);
      Values x = random_values(generator, m * n), y(x.size()), z(x.size()), mean(at(2 * m)), rstd(at(m)),
             rrms(at(m));
      for (Scalar& v : x) v += static_cast<Scalar>(shift);
      layer_norm(m, n, x.data(), w.data(), b.data(), Scalar(1e-3), y.data(), mean.data(), rstd.data());
      rms_norm(m, n, x.data(), w.data(), Scalar(1e-3), z.data(), rrms.data());
      std::vector<long double> exact_mean;
      std::vector<double> exact_y, exact_z, exact_rstd, exact_rrms;
      for (Index r = 0; r < m; ++r) {
        const Moments s = moments(x.data() + r * n, n);
        exact_mean.push_back(s.mean);
        exact_rstd.push_back(static_cast<double>(1 / std::sqrt(s.variance + 1e-3L)));
        exact_rrms.push_back(static_cast<double>(1 / std::sqrt(s.square + 1e-3L)));
        for (Index j = 0; j < n; ++j) {
          exact_y.push_back(static_cast<double>(x[at(r * n + j)] - s.mean) * exact_rstd.back() * w[at(j)] +
                            b[at(j)]);
          exact_z.push_back(x[at(r * n + j)] * exact_rrms.back() * w[at(j)]);
        }
      }
      INFO("n " << n << " shift " << shift);
      REQUIRE(largest_difference(y, exact_y) < 40 * unit);
      REQUIRE(largest_difference(z, exact_z) < 40 * unit);
      for (Index r = 0; r < m; ++r) {
        const long double sum = static_cast<long double>(mean[at(2 * r)]) + mean[at(2 * r + 1)];
        REQUIRE(std::abs(sum - exact_mean[at(r)]) < 8 * unit);  // whatever the shift
      }
      REQUIRE(largest_difference(rstd, exact_rstd) < 32 * 40 * unit);
      REQUIRE(largest_difference(rrms, exact_rrms) < 100 * unit);
    }
}

TEST_CASE("NaN in a row makes that row's softmax and norms NaN, and no other's") {
  std::mt19937 generator(4);
  for (const Index n : {5, 16, 35}) {
    const Index m = 3;
    const Values ones(at(n), Scalar(1));
    Values x = random_values(generator, m * n), y(x.size()), z(x.size()), a(at(2 * m)), b(at(m));
    x[at(2 * n - 1)] = not_a_number;
    layer_norm(m, n, x.data(), ones.data(), ones.data(), Scalar(1e-5), y.data(), a.data(), b.data());
    rms_norm(m, n, x.data(), ones.data(), Scalar(1e-5), z.data(), a.data());
    softmax_rows(m, n, x.data(), n, 1);
    for (Index i = 0; i < m * n; ++i)
      for (const Values* out : {&x, &y, &z}) REQUIRE(std::isnan((*out)[at(i)]) == (i / n == 1));
  }
}

}  // namespace orochi::kernels
