// Numbers of one model for another: by name, and row by row where there are more of them.
#include <algorithm>

#include "catch.hpp"
#include "model/copy_parameters.hpp"

using namespace orochi;

TEST_CASE("parameters are copied by name and row by row", "[start]") {
  const std::vector<std::string> a{"a"}, b{"b"}, c{"c"}, d{"d"};
  Parameters from, to;
  from.add(a, {2, 3}, Init::normal(1), Use::product);
  from.add(b, {2}, Init::normal(1), Use::vector);
  from.add(c, {2, 2}, Init::normal(1), Use::product);
  to.add(b, {3}, Init::normal(1), Use::vector);
  to.add(c, {2, 3}, Init::normal(1), Use::product);
  to.add(d, {2}, Init::normal(1), Use::vector);
  to.add(a, {4, 3}, Init::normal(1), Use::product);
  from.allocate(), to.allocate();
  from.initialize(1), to.initialize(2);
  const auto values = [](const Parameters& parameters, std::size_t view) {
    const ParameterView& of = parameters.views()[view];
    return std::vector<Scalar>(parameters.data() + of.offset, parameters.data() + of.offset + of.size);
  };
  const std::vector<Scalar> old_a = values(from, 0), old_b = values(from, 1), new_c = values(to, 1),
                            new_a = values(to, 3);
  CHECK(copy_parameters(from, to, {.keep_last = {"a"}}) == std::vector<std::string>{"c", "d"});
  CHECK(std::equal(old_b.begin(), old_b.end(), values(to, 0).begin()));
  CHECK(values(to, 1) == new_c);
  std::vector<Scalar> expected = new_a;  // the first row, two that were drawn, the last row
  std::copy(old_a.begin(), old_a.begin() + 3, expected.begin());
  std::copy(old_a.begin() + 3, old_a.end(), expected.begin() + 9);
  CHECK(values(to, 3) == expected);
}

TEST_CASE("of a table with more rows the first are copied where that is asked for", "[start]") {
  const std::vector<std::string> a{"a"}, b{"head.b"};
  Parameters from, to;
  from.add(a, {3, 2}, Init::normal(1), Use::table);
  from.add(b, {2}, Init::normal(1), Use::vector);
  to.add(a, {2, 2}, Init::zeros(), Use::table);
  to.add(b, {2}, Init::zeros(), Use::vector);
  from.allocate(), to.allocate();
  from.initialize(1);
  CHECK(copy_parameters(from, to) == std::vector<std::string>{"a"});
  to.initialize(1);
  const auto of_head = [](std::string_view name) { return name.starts_with("head."); };
  CHECK(copy_parameters(from, to, {.without = of_head, .cuts = true}) == std::vector<std::string>{"head.b"});
  const Parameters& copied = to;
  CHECK(std::equal(copied.data(), copied.data() + 4, std::as_const(from).data()));
  CHECK(copied.data()[copied.views()[1].offset] == 0);
}
