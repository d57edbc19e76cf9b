#include "core/kernels/reference/rotary.hpp"
#include "core/kernels/rotary.hpp"
#include "kernel_support.hpp"

namespace orochi::kernels {

TEST_CASE("rotary positions turn pairs as their definition says, and back") {
  std::mt19937 generator(3);
  for (const Index d : {2, 4, 6, 8, 16, 20, 34, 64, 4098})
    for (const Index heads : {1, 3}) {
      const Index rows = 40, columns = heads * d, ld = columns + 3;
      INFO("D " << d << " heads " << heads);
      Values table(at(rotary_size(rows, d)), not_a_number);
      rotary_table(0, rows, d, table.data());
      Values later(at(rotary_size(rows - 7, d)));
      rotary_table(7, rows - 7, d, later.data());
      CHECK(same_bits(later.data(), table.data() + rotary_size(7, d), std::ssize(later)));
      const Values x = random_values(generator, rows * ld);
      Values y = x;
      rotate(rows, columns, d, table.data(), x.data(), y.data(), ld, Turn::on);
      const reference::Matrix exact = reference::rotary({rows, columns, x.data(), ld}, d);
      CHECK(largest_difference(y.data(), ld, exact) < 100 * unit);  // an angle of 39 is exact to 39 units
      CHECK(same_bits(x.data() + columns, y.data() + columns, 3));  // what lies beside stays
      rotate(rows, columns, d, table.data(), y.data(), y.data(), ld, Turn::back);
      CHECK(largest_difference(y, {x.begin(), x.end()}) < 16 * unit);
    }
}

TEST_CASE(
    "a table for rotary positions is at most eight times as wide as a head, and never wider than 4096") {
  for (const Index d : {2, 34, 130, 510, 514, 1'000'002, 2'147'483'646}) {
    INFO("D " << d);
    CHECK(rotary_size(1, d) <= 2 * std::max<Index>(std::min<Index>(std::max<Index>(8 * d, 16), 4096), d));
  }
}

}  // namespace orochi::kernels
