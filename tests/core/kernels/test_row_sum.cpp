#include "core/kernels/row_sum.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {

TEST_CASE("rows that lie anywhere are summed in their order, from a start or from 0") {
  std::mt19937 generator(5);
  for (const Index c : {1, 3, 16, 35, 64, 83, 200})
    for (const Index count : {0, 1, 2, 7}) {
      INFO("C " << c << " rows " << count);
      const Values all = random_values(generator, count * c), start = random_values(generator, c);
      std::vector<const Scalar*> rows;
      for (Index i = 0; i < count; ++i) rows.push_back(all.data() + i * c);
      for (const bool from_start : {false, true}) {
        Values expected(at(c)), y(at(c) + 1, Scalar(5)), in_place = start;
        for (Index j = 0; j < c; ++j) {
          double sum = from_start ? static_cast<double>(start[at(j)]) : 0;
          for (const Scalar* row : rows) sum += static_cast<double>(row[j]);
          expected[at(j)] = static_cast<Scalar>(sum);
        }
        sum_rows_at(c, from_start ? start.data() : nullptr, rows, y.data());
        CHECK(same_bits(y.data(), expected.data(), c));
        CHECK(y.back() == 5);
        if (!from_start) continue;
        sum_rows_at(c, in_place.data(), rows, in_place.data());
        CHECK(same_bits(in_place.data(), expected.data(), c));
      }
    }
}

TEST_CASE("a sum of a million rows keeps its digits") {
  std::mt19937 generator(6);
  const Index c = 83;
  const Values row = random_values(generator, c);
  const std::vector<const Scalar*> rows(1'000'000, row.data());
  Values y(at(c));
  sum_rows_at(c, nullptr, rows, y.data());
  double largest = 0;
  for (Index j = 0; j < c; ++j)
    largest = std::max(largest,
                       std::abs(static_cast<double>(y[at(j)]) / (1e6 * static_cast<double>(row[at(j)])) - 1));
  CHECK(largest < 1e-7);
}

}  // namespace orochi::kernels
