#include "core/kernels/bf16.hpp"
#include "core/kernels/reference/product.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

/// x [rows, cols] as bf16 has it.
reference::Matrix rounded(Index rows, Index cols, const Values& x) {
  return map(matrix(rows, cols, x), reference::rounded_to_bf16);
}

double tolerance(Index k) { return 16 * unit * (std::sqrt(static_cast<double>(k)) + 2); }

}  // namespace

TEST_CASE("bf16 is refused where it cannot be had") {
  REQUIRE(choose_precision("fp32", Engine::eigen) == Precision::fp32);
  REQUIRE_THROWS_WITH(choose_precision("bf16", Engine::eigen),
                      catch_matchers::Contains("goes with train.kernels"));
  if (bf16_available())
    REQUIRE(choose_precision("bf16", Engine::native) == Precision::bf16);
  else
    REQUIRE_THROWS_WITH(choose_precision("bf16", Engine::native), catch_matchers::Contains("AVX512_BF16"));
}

TEST_CASE("bf16 products equal the plain sums of rounded numbers") {
  if (!bf16_available()) return;
  std::mt19937 generator(7);
  for (const Index m : {1, 5, 13, 70})
    for (const Index n : {16, 48, 64, 80, 144})
      for (const Index k : {16, 48, 400, 1072}) {
        INFO("M " << m << " N " << n << " K " << k);
        const Values a = random_values(generator, m * k), w = random_values(generator, n * k),
                     bias = random_values(generator, n), before = random_values(generator, m * n);
        std::vector<Pair> rows(at(m * k / 2)), panels(at(bf16_size(n, k)));
        to_bf16_rows(m, k, {a.data(), k}, rows.data());
        for (Index first = 0; first < n; first += bf16_panel_width)
          to_bf16_panel_transposed(n, k, {w.data(), k}, first, panels.data());
        for (const bool accumulate : {false, true}) {
          Values c = before;
          multiply_bf16(m, n, k, rows.data(), panels.data(), c.data(), n, accumulate,
                        accumulate ? nullptr : bias.data());
          const reference::Matrix expected =
              accumulate ? plus(matrix(m, n, before), product(rounded(m, k, a), transposed(rounded(n, k, w))))
                         : reference::linear(rounded(m, k, a), rounded(n, k, w), row(bias));
          REQUIRE(largest_difference(c, expected) < tolerance(k));
        }
      }
}

TEST_CASE("bf16 products with a transposed left-hand side, and an odd number of rows") {
  if (!bf16_available()) return;
  std::mt19937 generator(8);
  for (const Index k : {1, 2, 7, 64, 401, 1059})
    for (const Index m : {16, 80})
      for (const Index n : {16, 144}) {
        INFO("M " << m << " N " << n << " K " << k);
        const Values a = random_values(generator, k * m), b = random_values(generator, k * n);
        std::vector<Pair> left(at(bf16_size(m, k))), right(at(bf16_size(n, k)));
        to_bf16_panels(k, m, {a.data(), m}, left.data());
        to_bf16_panels(k, n, {b.data(), n}, right.data());
        Values c(at(m * n), Scalar(1));
        multiply_bf16_transposed(m, n, k, left.data(), right.data(), c.data(), n, true);
        const reference::Matrix expected =
            plus(reference::Matrix(m, n, 1), product(transposed(rounded(k, m, a)), rounded(k, n, b)));
        REQUIRE(largest_difference(c, expected) < tolerance(k));
      }
}

TEST_CASE("bf16 products: a row's bits do not depend on the rows beside it") {
  if (!bf16_available()) return;
  std::mt19937 generator(9);
  const Index m = 40, n = 80, k = 400;
  const Values a = random_values(generator, m * k), w = random_values(generator, k * n);
  std::vector<Pair> rows(at(m * k / 2)), panels(at(bf16_size(n, k)));
  to_bf16_rows(m, k, {a.data(), k}, rows.data());
  to_bf16_panels(k, n, {w.data(), n}, panels.data());
  Values together(at(m * n)), alone(at(n));
  multiply_bf16(m, n, k, rows.data(), panels.data(), together.data(), n, false);
  for (Index i = 0; i < m; ++i) {
    multiply_bf16(1, n, k, rows.data() + i * k / 2, panels.data(), alone.data(), n, false);
    REQUIRE(same_bits(alone.data(), together.data() + i * n, n));
  }
}

}  // namespace orochi::kernels
