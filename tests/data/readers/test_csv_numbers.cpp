// Columns of numbers in a CSV file.
#include <cmath>

#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;
using Words = std::vector<std::string>;

DataConfig numbers(const Words& columns, Options more = {}) {
  DataConfig config = testing::config_for("csv");
  more["number_columns"] = columns;
  config.format.options = std::move(more);
  return config;
}

}  // namespace

TEST_CASE("columns of numbers are the channels of a single row, or rows over time", "[csv]") {
  const TempFolder folder;
  const std::string text = "id,a,label,b,c\n1,0.5,x,-2,3e1\n2,+1,y, 7 ,0\n";
  const RawSplit raw = testing::read_back(folder, numbers({"c", "a"}), text);
  CHECK(raw.channels == 2);
  CHECK(raw.values == std::vector<float>{30, 0.5f, 0, 1});
  CHECK(raw.offsets == std::vector<Index>{0, 1, 2});
  CHECK(raw.targets == Words{"x", "y"});
  CHECK(raw.lines == std::vector<Index>{2, 3});
  // The label between them is none.
  const RawSplit series = testing::read_back(folder, numbers({"a..c"}, {{"over_time", true}}), text);
  CHECK(series.channels == 1);
  CHECK(series.values == std::vector<float>{0.5f, -2, 30, 1, 7, 0});
  CHECK(series.offsets == std::vector<Index>{0, 3, 6});
}

TEST_CASE("a column may be called as several are", "[csv]") {
  const TempFolder folder;
  const RawSplit raw = testing::read_back(folder, numbers({"a..b"}), "a,a..b,b,label\n1,2,3,x\n");
  CHECK(raw.values == std::vector<float>{2});
}

TEST_CASE("weights, groups and numbers of columns go with numbers, too", "[csv]") {
  const TempFolder folder;
  const Options options{
      {"header", false}, {"label_column", "1"}, {"weight_column", "3"}, {"group_column", "5"}};
  const RawSplit raw = testing::read_back(folder, numbers({"2..6"}, options), "x,1,2.5,3,g,4\ny,5,1,6,h,7\n");
  CHECK(raw.values == std::vector<float>{1, 3, 4, 5, 6, 7});
  CHECK(raw.weights == std::vector<double>{2.5, 1});
  CHECK(raw.groups == Words{"g", "h"});
}

TEST_CASE("fields without a number are missing values, and a comma may be the point", "[csv]") {
  const TempFolder folder;
  DataConfig config = numbers({"a..c"}, {{"delimiter", ";"}, {"decimal_comma", true}});
  config.missing = "zero";
  const RawSplit raw = testing::read_back(folder, config, "a;b;c;label\n1,5;;NA;2,5\n?;\"-2,25\";nan;3\n");
  REQUIRE(raw.values.size() == 6);
  CHECK(raw.values[0] == 1.5f);
  CHECK(raw.values[4] == -2.25f);
  for (const std::size_t i : {1u, 2u, 3u, 5u}) CHECK(std::isnan(raw.values[i]));
  CHECK(raw.targets == Words{"2.5", "3"});
  CHECK(
      testing::errors_in(folder, numbers({"a", "b"}, {{"delimiter", ";"}}), "a;b;label\n1;2,5;x\n1;2;y\n") ==
      "f:2: column \"b\": \"2,5\" is not a number; expected one like -1.5 or 2e-3; where its comma is a "
      "decimal "
      "one set data.format.decimal_comma = true");
}

TEST_CASE("columns of numbers that cannot be had are errors", "[csv]") {
  const TempFolder folder;
  const std::string text = "a,b,label\n1,2,x\n3,4,y\n";
  CHECK(testing::errors_in(folder, numbers({"b..a"}), text) ==
        "f:1: column \"b\" is behind column \"a\" (data.format.number_columns); write the first one first");
  CHECK(testing::errors_in(folder, numbers({"a..d"}), text).starts_with("f:1: no column \"d\""));
  CHECK(testing::errors_in(folder, numbers({"a", "b"}), "a,b,label\n1,two,x\n3,4,y\n1,1e99,x\n") ==
        "f:2: column \"b\": \"two\" is not a number; expected one like -1.5 or 2e-3\n"
        "f:4: column \"b\": \"1e99\" is out of the range of a float; expected at most 3.4e38");
  CHECK(testing::errors_in(folder, numbers({"a", "b"}), "a,b,label\n,,x\n3,4,y\n")
            .starts_with("f:2: every value is missing"));
}
