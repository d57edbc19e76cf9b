#include "../hostile.hpp"
#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;

const DataConfig ucr = testing::config_for("ucr");

DataConfig with_delimiter(const std::string& delimiter) {
  DataConfig config = ucr;
  config.format.options = {{"delimiter", delimiter}};
  return config;
}

}  // namespace

TEST_CASE("a line of the UCR archive is a label and a series", "[ucr]") {
  const TempFolder folder;
  const RawSplit raw =
      testing::read_back(folder, ucr, "1\t0.5\t-1e2\t 3 \r\n-1\t4\t5\tNaN\n1\t6\tNaN\tnan\n\n");
  CHECK(raw.path == "f");
  CHECK(raw.targets == std::vector<std::string>{"1", "-1", "1"});
  CHECK(raw.values == std::vector<float>{0.5F, -100, 3, 4, 5, 6});
  CHECK(raw.offsets == std::vector<Index>{0, 3, 5, 6});
  CHECK(raw.channels == 1);
  CHECK(raw.lines == std::vector<Index>{1, 2, 3});
  const RawSplit commas = testing::read_back(folder, with_delimiter(","), "a,1,2,NaN\nb,3,4,5\n");
  CHECK(commas.path == "f");
  CHECK(commas.values == std::vector<float>{1, 2, 3, 4, 5});
  CHECK(testing::read_back(folder, with_delimiter("\\t"), "a\t1\n").values == std::vector<float>{1});
}

TEST_CASE("blanks are between numbers where no tab is, and what is empty at the end is left out", "[ucr]") {
  const TempFolder folder;
  const RawSplit raw =
      testing::read_back(folder, ucr, "  1.0e+00  0.5 -2 \n-1   4\n-1\t4\t5\t\na b\t6\t\t\n");
  CHECK(raw.targets == std::vector<std::string>{"1.0e+00", "-1", "-1", "a b"});
  CHECK(raw.values == std::vector<float>{0.5F, -2, 4, 4, 5, 6});
  CHECK(raw.offsets == std::vector<Index>{0, 2, 3, 5, 6});
  CHECK(testing::read_back(folder, with_delimiter(","), "a,1,2,\n").values == std::vector<float>{1, 2});
}

TEST_CASE("what is wrong with a line of the UCR archive is said", "[ucr]") {
  const TempFolder folder;
  CHECK_THAT(testing::errors_in(folder, ucr, "1\t2\tx\n"),
             Catch::Matchers::StartsWith("f:1:5: value 2 of dimension 1 \"x\" is not a number"));
  CHECK(testing::errors_in(folder, ucr, "1,2,3\n1\tNaN\n\n\t1\n1\t2,5\t3\n1\t2:3\n") ==
        "f:1: no tab in \"1,2,3\"; expected a label and numbers with tabs between (data.format.delimiter)\n"
        "f:2: a label and no number; expected a series\n"
        "f:3: a blank line; expected a series\n"
        "f:4:1: the label is empty; expected a name\n"
        "f:5:4: a \",\" between numbers; expected a label and numbers with tabs between "
        "(data.format.delimiter), "
        "and a point in numbers\n"
        "f:6:4: a \":\" between numbers; expected a label and numbers with tabs between "
        "(data.format.delimiter), "
        "and a point in numbers");
  CHECK(testing::errors_in(folder, ucr, "\n") == "f: nothing but blank lines; expected a series a line");
  CHECK(testing::message_of([&] { testing::errors_in(folder, with_delimiter(";"), "a;1\n"); }) ==
        "data.format.delimiter is \";\"; allowed: a tab, \"\\t\", or a comma");
}

TEST_CASE("no bytes break the UCR reader", "[ucr]") {
  testing::read_mutations(ucr, {"1\t0.5\t-1e2\t3\r\n2\t4\t5\tNaN\n\n"});
}
