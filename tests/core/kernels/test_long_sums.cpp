// Sums of a million terms of one sign: a plain sum in float is off by a hundredth.
#include "core/kernels/reference/product.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

constexpr Index million = 1000000;
constexpr double bar = 6e-7;  // relative; PyTorch 2.13: 3e-7, a softmax 1.1e-6 (scripts/pytorch_digits)

/// The largest relative error of out [N] over before + rows x of [M, N] that are all alike.
double error_of(const Values& out, const Values& row, double rows, double before = 0) {
  double largest = 0;
  for (std::size_t j = 0; j < out.size(); ++j) {
    const double exact = before + rows * static_cast<double>(row[j]);
    largest = std::max(largest, std::abs(static_cast<double>(out[j]) / exact - 1));
  }
  return largest;
}

/// One row of positive numbers, and M times the same.
struct Rows {
  explicit Rows(Index n, Index m = million) {
    std::mt19937 generator(1);
    row = random_values(generator, n);
    for (Scalar& v : row) v = std::abs(v) + Scalar(0.1);
    for (Index r = 0; r < m; ++r) all.insert(all.end(), row.begin(), row.end());
  }
  Values row, all;
};

}  // namespace

TEST_CASE("sums over a million rows keep their digits") {
  for (const Index n : {1, 5, 19}) {
    const Rows rows(n);
    const Values ones(rows.all.size(), 1);
    Values sums(at(n), 7), scaled(at(n), 7), weighted(at(n), 7), dx(rows.all.size());
    column_sums(million, n, {rows.all.data(), n}, sums.data(), true);
    scaled_column_sums(million, n, rows.all.data(), ones.data(), dx.data(), scaled.data(), false);
    weighted_column_sums(million, n, {rows.all.data(), n}, ones.data(), weighted.data(), false);
    INFO("n " << n);
    CHECK(error_of(sums, rows.row, million, 7) < bar);
    CHECK(error_of(scaled, rows.row, million) < bar);
    CHECK(error_of(weighted, rows.row, million) < bar);
    CHECK(dx == rows.all);
  }
}

TEST_CASE("sums over rows wider than what is summed at once") {
  std::mt19937 generator(2);
  const Index m = 40;
  for (const Index n : {511, 512, 513, 1100}) {
    const Values x = random_values(generator, m * n), weights = random_values(generator, m);
    Values out(at(n)), weighted(at(n), 1);
    column_sums(m, n, {x.data(), n}, out.data(), false);
    weighted_column_sums(m, n, {x.data(), n}, weights.data(), weighted.data(), true);
    const reference::Matrix exact = reference::column_sums(matrix(m, n, x)),
                            exact_weighted = plus(reference::Matrix(1, n, 1),
                                                  reference::product(row(weights), matrix(m, n, x)));
    INFO("n " << n);
    REQUIRE(largest_difference(out, exact) < 50 * unit);
    REQUIRE(largest_difference(weighted, exact_weighted) < 50 * unit);
  }
}

TEST_CASE("the gradients of norms' weights keep their digits over a million rows") {
  const Index n = 2;  // rows 1, -1: xhat is 1, -1
  Values x, dy;
  for (Index r = 0; r < million; ++r) {
    x.insert(x.end(), {1, -1});
    dy.insert(dy.end(), {Scalar(0.7), Scalar(-0.3)});
  }
  const Values ones(at(n), 1), row{Scalar(0.7), Scalar(0.3)}, bias_row{Scalar(0.7), Scalar(-0.3)};
  Values y(x.size()), dx(x.size()), mean(at(2 * million)), rstd(at(million)), dw(at(n)), db(at(n)),
      lost(at(2 * n));
  layer_norm(million, n, x.data(), ones.data(), ones.data(), 0, y.data(), mean.data(), rstd.data());
  layer_norm_backward(million, n, x.data(), ones.data(), mean.data(), rstd.data(), dy.data(), dx.data(),
                      false, dw.data(), false, db.data(), false, lost.data());
  CHECK(error_of(dw, row, million) < bar);
  CHECK(error_of(db, bias_row, million) < bar);
  rms_norm(million, n, x.data(), ones.data(), 0, y.data(), rstd.data());
  rms_norm_backward(million, n, x.data(), ones.data(), rstd.data(), dy.data(), dx.data(), false, dw.data(),
                    false, lost.data());
  CHECK(error_of(dw, row, million) < bar);
}

TEST_CASE("softmax over a million entries sums to 1, backward to 0") {
  std::mt19937 generator(3);
  Values x = random_values(generator, million), dp(x.size(), Scalar(0.7));
  dp[0] = 1;
  softmax_rows(1, million, x.data(), million, 1);
  double sum = 0;
  for (const Scalar p : x) sum += static_cast<double>(p);
  CHECK(std::abs(sum - 1) < 2 * bar);
  softmax_rows_backward(1, million, x.data(), dp.data(), million, 1);
  const double exact = static_cast<double>(x[1]) * -0.3 * static_cast<double>(x[0]);
  CHECK(std::abs(static_cast<double>(dp[1]) - exact) < 0.7 * static_cast<double>(x[1]) * 2 * bar);
}

}  // namespace orochi::kernels
