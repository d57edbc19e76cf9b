// Columns of numbers in a CSV file.
#include <cmath>

#include "../temp_folder.hpp"
#include "catch.hpp"
#include "data/readers/numbered_columns.hpp"

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
  const RawSplit series = testing::read_back(folder, numbers({"a", "b", "c"}, {{"over_time", true}}), text);
  CHECK(series.channels == 1);
  CHECK(series.values == std::vector<float>{0.5f, -2, 30, 1, 7, 0});
  CHECK(series.offsets == std::vector<Index>{0, 3, 6});
}

TEST_CASE("columns that count up are named by the first and the last, wherever they are", "[csv]") {
  const TempFolder folder;
  const auto values_of = [&](const std::string& name, const std::string& text) {
    return testing::read_back(folder, numbers({name}), text).values;
  };
  CHECK(values_of("t8..t10", "t9,x,t10,label,t8\n1,2,3,a,4\n") == std::vector<float>{4, 1, 3});
  CHECK(values_of("t08..t10", "t10,t8,t08,t09,label\n1,2,3,4,a\n") == std::vector<float>{3, 4, 1});
  CHECK(values_of("0..1", "1,0,label\n5,6,a\n") == std::vector<float>{6, 5});
  CHECK(values_of("a..b", "a,a..b,b,label\n1,2,3,x\n") == std::vector<float>{2});
}

TEST_CASE("names that count up are written in short, and only where that is taken apart again", "[csv]") {
  const auto shortened = [](const Words& names) {
    const Words result = shorten_columns(names);
    Words all;
    for (const std::string& name : result)
      for (const std::string& one : expand_columns(name)) all.push_back(one);
    CHECK(all == names);
    return result;
  };
  CHECK(shortened({"a", "t8", "t9", "t10", "t11", "t13"}) == Words{"a", "t8..t11", "t13"});
  CHECK(shortened({"t08", "t09", "t10", "t11"}) == Words{"t08..t11"});
  CHECK(shortened({"t8", "t9", "t10"}) == Words{"t8", "t9", "t10"});
  CHECK(shortened({"f..1", "f..2", "f..3", "f..4"}).size() <= 4);
  CHECK(shortened({"1700000001", "1700000002", "1700000003", "1700000004"}).size() ==
        4);  // beyond what is counted
}

TEST_CASE("weights, groups and numbers of columns go with numbers, too", "[csv]") {
  const TempFolder folder;
  const Options options{
      {"header", false}, {"label_column", "1"}, {"weight_column", "3"}, {"group_column", "5"}};
  const RawSplit raw =
      testing::read_back(folder, numbers({"2", "4", "6"}, options), "x,1,2.5,3,g,4\ny,5,1,6,h,7\n");
  CHECK(raw.values == std::vector<float>{1, 3, 4, 5, 6, 7});
  CHECK(raw.weights == std::vector<double>{2.5, 1});
  CHECK(raw.groups == Words{"g", "h"});
}

TEST_CASE("fields without a number are missing values, and a comma may be the point", "[csv]") {
  const TempFolder folder;
  DataConfig config = numbers({"a", "b", "c"}, {{"delimiter", ";"}, {"decimal_comma", true}});
  config.missing = "zero";
  const RawSplit raw = testing::read_back(folder, config, "a;b;c;label\n1,5;-;NA;2,5\n?;\"-2,25\";nan;3\n");
  REQUIRE(raw.values.size() == 6);
  CHECK(raw.values[0] == 1.5f);
  CHECK(raw.values[4] == -2.25f);
  for (const std::size_t i : {1u, 2u, 3u, 5u}) CHECK(std::isnan(raw.values[i]));
  CHECK(raw.targets == Words{"2.5", "3"});
  const RawSplit quantities =
      testing::read_back(folder, config, "a;b;c;label\n1;2;3;2,5\n3;4;5;3\n", "regression");
  CHECK(quantities.targets == Words{"2.5", "3"});
  const auto errors = [&](DataConfig of, const std::string& text) {
    of.format.options["delimiter"] = ";";
    return testing::errors_in(folder, of, text);
  };
  CHECK(errors(numbers({"a", "b"}), "a;b;label\n1;2,5;x\n1;2;y\n") ==
        "f:2: column \"b\": \"2,5\" is not a number; expected one like -1.5 or 2e-3, or ?, NA or an empty "
        "field "
        "where it is "
        "missing; where its comma is a decimal one set data.format.decimal_comma = true, where it is between "
        "thousands remove it");
  CHECK(errors(config, "a;b;c;label\n1;2,5;1.500;x\n1;2;3;y\n") ==
        "f:2: column \"c\": \"1.500\" is not a number as data.format.decimal_comma = true has them; expected "
        "one like "
        "-1,5 or 1500,25, without a point, or ?, NA or an empty field where it is missing");
}

TEST_CASE("columns of numbers that cannot be had are errors", "[csv]") {
  const TempFolder folder;
  const std::string text = "a,b,label\n1,2,x\n3,4,y\n";
  CHECK(testing::errors_in(folder, numbers({"a", "c", "d"}), text) ==
        "f:1: no column \"c\", \"d\" (data.format.number_columns); line 1 has \"a\", \"b\", \"label\"; name "
        "columns "
        "that are there, or rename those of the file");
  CHECK(testing::errors_in(folder, numbers({"a"}), "a,a,label\n1,2,x\n3,4,y\n") ==
        "f:1: column \"a\" (data.format.number_columns) is in the header twice; rename one");
  CHECK(testing::errors_in(folder, numbers({"a", "b"}), "a,b,label\n1,two,x\n3,4,y\n1,1e99,x\n") ==
        "f:2: column \"b\": \"two\" is not a number; expected one like -1.5 or 2e-3, or ?, NA or an empty "
        "field "
        "where it is missing\n"
        "f:4: column \"b\": \"1e99\" is out of the range of a float; expected at most 3.4e38");
  CHECK(testing::errors_in(folder, numbers({"a", "b"}), "a,b,label\n,,x\n3,4,y\n")
            .starts_with("f:2: every value is missing"));
}
