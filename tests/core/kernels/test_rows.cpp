#include "core/kernels/reference/norm.hpp"
#include "core/kernels/reference/softmax.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

using reference::Matrix;

/// scale x, minus infinity where a causal row does not look.
Matrix scores(const Matrix& x, double scale, bool causal, Index first_row) {
  Matrix y = scaled(scale, x);
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j)
      if (causal && j > first_row + i) y(i, j) = -std::numeric_limits<double>::infinity();
  return y;
}

}  // namespace

TEST_CASE("softmax of strided rows and its backward pass, whole and causal") {
  std::mt19937 generator(1);
  for (const Index n : {1, 2, 15, 16, 17, 33, 60, 64, 129})
    for (const bool causal : {false, true})
      for (const Index first_row : {Index{0}, n / 2}) {
        const Index m = 9, ld = n + 3;
        Values x = random_values(generator, m * ld, 4), dp = random_values(generator, m * ld);
        const Values before = x;
        const Matrix p = reference::softmax(scores({m, n, x.data(), ld}, 0.7, causal, first_row));
        const Matrix dx = scaled(0.7, reference::softmax_backward(p, {m, n, dp.data(), ld}));
        softmax_rows(m, n, x.data(), ld, Scalar(0.7), causal, first_row);
        softmax_rows_backward(m, n, x.data(), dp.data(), ld, Scalar(0.7));
        INFO("n " << n << " causal " << causal << " first row " << first_row);
        REQUIRE(largest_difference(x.data(), ld, p) < 16 * unit);
        REQUIRE(largest_difference(dp.data(), ld, dx) < 16 * unit);
        for (Index i = 0; i < m; ++i)  // what lies between rows stays
          REQUIRE(same_bits(x.data() + i * ld + n, before.data() + i * ld + n, 3));
      }
}

TEST_CASE("softmax of large, equal and infinite entries") {
  const Scalar infinity = std::numeric_limits<Scalar>::infinity();
  Values x{3e4F, 3e4F, -3e4F, -infinity, 3e4F, 3e4F};
  softmax_rows(1, 6, x.data(), 6, 1);
  REQUIRE(x == Values{0.25, 0.25, 0, 0, 0.25, 0.25});
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
      const reference::Norm layer = reference::layer_norm(matrix(m, n, x), row(w), row(b), 1e-3),
                            rms = reference::rms_norm(matrix(m, n, x), row(w), 1e-3);
      INFO("n " << n << " shift " << shift);
      REQUIRE(largest_difference(y, layer.y) < 40 * unit);
      REQUIRE(largest_difference(z, rms.y) < 40 * unit);
      for (Index r = 0; r < m; ++r) {
        const long double sum = static_cast<long double>(mean[at(2 * r)]) + mean[at(2 * r + 1)];
        REQUIRE(std::abs(sum - layer.mean[at(r)]) < 8 * unit);  // whatever the shift
      }
      REQUIRE(largest_difference(rstd, layer.scale) < 32 * 40 * unit);
      REQUIRE(largest_difference(rrms, rms.scale) < 100 * unit);
    }
}

TEST_CASE("the backward passes of norms: input, weight, bias, assigned or added") {
  std::mt19937 generator(5);
  for (const Index n : {1, 5, 16, 37, 200})
    for (const bool add : {false, true}) {
      const Index m = 5;
      const Values x = random_values(generator, m * n), w = random_values(generator, n), b(at(n)),
                   dy = random_values(generator, m * n), dx0 = random_values(generator, m * n),
                   dw0 = random_values(generator, n), db0 = random_values(generator, n);
      Values y(x.size()), mean(at(2 * m)), scale(at(m)), lost(at(2 * n)), dx = dx0, dw = dw0, db = db0;
      const auto check = [&](const reference::NormGradients& exact) {
        INFO("n " << n << " added " << add);
        REQUIRE(largest_difference(dx, add ? plus(exact.dx, matrix(m, n, dx0)) : exact.dx) < 200 * unit);
        REQUIRE(largest_difference(dw, add ? plus(exact.dweight, row(dw0)) : exact.dweight) < 64 * unit);
      };
      layer_norm(m, n, x.data(), w.data(), b.data(), Scalar(1e-2), y.data(), mean.data(), scale.data());
      layer_norm_backward(m, n, x.data(), w.data(), mean.data(), scale.data(), dy.data(), dx.data(), add,
                          dw.data(), add, db.data(), add, lost.data());
      const reference::NormGradients exact =
          reference::layer_norm_backward(matrix(m, n, x), row(w), 1e-2, matrix(m, n, dy));
      check(exact);
      REQUIRE(largest_difference(db, add ? plus(exact.dbias, row(db0)) : exact.dbias) < 64 * unit);
      dx = dx0, dw = dw0;
      rms_norm(m, n, x.data(), w.data(), Scalar(1e-2), y.data(), scale.data());
      rms_norm_backward(m, n, x.data(), w.data(), scale.data(), dy.data(), dx.data(), add, dw.data(), add,
                        lost.data());
      check(reference::rms_norm_backward(matrix(m, n, x), row(w), 1e-2, matrix(m, n, dy)));
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
