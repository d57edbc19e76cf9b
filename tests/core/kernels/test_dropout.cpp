#include "core/kernels/reference/dropout.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

using Words = reference::PhiloxWords;

Words philox_words(Words counter, std::array<std::uint32_t, 2> key) {
  Words out{};
  philox(counter.data(), key.data(), out.data());
  return out;
}

/// Factors of m rows that follow each other from `first` on.
Values factors(Index m, Index n, double p, const RandomRow& first) {
  std::vector<RandomRow> rows(at(m), first);
  for (Index i = 0; i < m; ++i) rows[at(i)].row += static_cast<std::uint32_t>(i);
  Values out(at(m * n));
  dropout_factors(m, n, p, rows.data(), out.data(), n);
  return out;
}

}  // namespace

TEST_CASE("Philox 4x32-7 gives the vectors published with Random123, the fast one and the plain one") {
  const std::uint32_t all = 0xffffffff;
  for (const auto words : {philox_words, reference::philox}) {
    REQUIRE(words({0, 0, 0, 0}, {0, 0}) == Words{0x5f6fb709, 0x0d893f64, 0x4f121f81, 0x4f730a48});
    REQUIRE(words({all, all, all, all}, {all, all}) == Words{0x5207ddc2, 0x45165e59, 0x4d8ee751, 0x8c52f662});
    REQUIRE(words({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
            Words{0x4dfccaba, 0x190a87f0, 0xc47362ba, 0xb6b5242a});
  }
}

TEST_CASE("an element is kept where its own half word of its own counter says so") {
  const RandomRow first{11, 12, 13, 14, 15};
  for (const Index n : {1, 4, 63, 64, 65, 130, 300}) {
    const Values out = factors(5, n, 0.3, first);
    for (Index i = 0; i < 5; ++i) {
      RandomRow at_row = first;
      at_row.row += static_cast<std::uint32_t>(i);
      for (Index j = 0; j < n; ++j)
        REQUIRE(std::abs(out[at(i * n + j)] - reference::dropout_factor(0.3, at_row, j)) <= 4 * unit);
    }
  }
}

TEST_CASE("dropout keeps the share it should, and every part of the key matters") {
  const Index n = 100000;
  const RandomRow row{1, 2, 3, 4, 5};
  for (const double p : {0.0, 0.1, 0.5, 0.9}) {
    const Values out = factors(1, n, p, row);
    const double kept = static_cast<double>(n - std::count(out.begin(), out.end(), Scalar(0))) / n;
    REQUIRE(std::abs(kept - (1 - p)) <= 1e-5 + 5 * std::sqrt(p * (1 - p) / n));
  }
  const Values out = factors(1, n, 0.5, row);
  for (const RandomRow& other :
       {RandomRow{0, 2, 3, 4, 5}, RandomRow{1, 0, 3, 4, 5}, RandomRow{1, 2, 0, 4, 5},
        RandomRow{1, 2, 3, 0, 5}, RandomRow{1, 2, 3, 4, 4}, RandomRow{1, 2, 3, 4, 6}}) {
    const Values changed = factors(1, n, 0.5, other);
    Index equal = 0;
    for (Index j = 0; j < n; ++j) equal += changed[at(j)] == out[at(j)];
    REQUIRE(std::abs(static_cast<double>(equal) / n - 0.5) < 5 * 0.5 / std::sqrt(n));
  }
}

TEST_CASE("a row's factors do not depend on the rows beside it") {
  for (const std::uint32_t start : {4U, 5U})
    for (const Index n : {3, 64, 77}) {
      const Values together = factors(6, n, 0.4, {1, 2, 3, 4, start});
      for (Index i = 0; i < 6; ++i) {
        const Values alone = factors(1, n, 0.4, {1, 2, 3, 4, start + static_cast<std::uint32_t>(i)});
        REQUIRE(same_bits(alone.data(), together.data() + i * n, n));
      }
    }
}

}  // namespace orochi::kernels
