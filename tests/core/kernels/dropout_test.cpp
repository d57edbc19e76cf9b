#include <array>

#include "kernel_support.hpp"

namespace orochi::kernels {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words philox_words(const Words& counter, std::array<std::uint32_t, 2> key) {
  Words out{};
  philox(counter.data(), key.data(), out.data());
  return out;
}

Values dropped(const Values& x, double p, const RandomRow& row) {
  Values out(x.size());
  dropout_row(static_cast<Index>(x.size()), x.data(), static_cast<Scalar>(p), row, out.data(), false);
  return out;
}

}  // namespace

TEST_CASE("Philox 4x32-10 gives the vectors published with Random123") {
  const std::uint32_t all = 0xffffffff;
  REQUIRE(philox_words({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  REQUIRE(philox_words({all, all, all, all}, {all, all}) ==
          Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  REQUIRE(philox_words({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("an element is kept where its own word of its own counter says so") {
  std::mt19937 generator(1);
  const RandomRow row{11, 12, 13, 14, 15};
  for (const Index n : {1, 4, 63, 64, 65, 130, 300}) {
    const Values x = random_values(generator, n);
    const Values out = dropped(x, 0.3, row);
    for (Index j = 0; j < n; ++j) {
      const Words words =
          philox_words({static_cast<std::uint32_t>(j / 4), row.row, row.site, row.sample}, {11, 12});
      const bool keep = words[at(j % 4)] >= static_cast<double>(Scalar(0.3)) * 4294967296.0;
      const double expected = keep ? static_cast<double>(x[at(j)]) / 0.7 : 0.0;
      REQUIRE(std::abs(out[at(j)] - expected) <= 4 * unit * std::abs(expected));
    }
  }
}

TEST_CASE("dropout keeps the share it should, and every part of the key matters") {
  const Index n = 100000;
  const Values ones(at(n), Scalar(1));
  const RandomRow row{1, 2, 3, 4, 5};
  for (const double p : {0.0, 0.1, 0.5, 0.9}) {
    const Values out = dropped(ones, p, row);
    const double kept = static_cast<double>(n - std::count(out.begin(), out.end(), Scalar(0))) / n;
    REQUIRE(std::abs(kept - (1 - p)) <= 5 * std::sqrt(p * (1 - p) / n));
  }
  const Values out = dropped(ones, 0.5, row);
  for (const RandomRow& other : {RandomRow{0, 2, 3, 4, 5}, RandomRow{1, 0, 3, 4, 5}, RandomRow{1, 2, 0, 4, 5},
                                 RandomRow{1, 2, 3, 0, 5}, RandomRow{1, 2, 3, 4, 0}}) {
    const Values changed = dropped(ones, 0.5, other);
    Index equal = 0;
    for (Index j = 0; j < n; ++j) equal += changed[at(j)] == out[at(j)];
    REQUIRE(std::abs(static_cast<double>(equal) / n - 0.5) < 5 * 0.5 / std::sqrt(n));
  }
}

TEST_CASE("forward, backward, in place and added: the same elements") {
  std::mt19937 generator(2);
  const RandomRow row{1, 2, 3, 4, 5};
  for (const Index n : {3, 64, 77}) {
    const Values x = random_values(generator, n), before = random_values(generator, n);
    const Values out = dropped(x, 0.4, row);
    Values in_place = x, added = before;
    dropout_row(n, in_place.data(), Scalar(0.4), row, in_place.data(), false);
    dropout_row(n, x.data(), Scalar(0.4), row, added.data(), true);
    REQUIRE(same_bits(in_place.data(), out.data(), n));
    for (Index j = 0; j < n; ++j) {
      REQUIRE(std::abs(added[at(j)] - before[at(j)] - out[at(j)]) <= 4 * unit * (1 + std::abs(out[at(j)])));
      if (out[at(j)] == 0) REQUIRE(added[at(j)] == before[at(j)]);
    }
  }
}

}  // namespace orochi::kernels
