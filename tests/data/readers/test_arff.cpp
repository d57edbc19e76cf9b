#include "../hostile.hpp"
#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;
using Words = std::vector<std::string>;

const DataConfig arff = testing::config_for("arff");
const std::string one_channel =
    "% a comment\n@RELATION Gun\n\n@attribute att0 numeric\n@ATTRIBUTE 'att 1' REAL\n@attribute target {1, "
    "'b c',\"d\"}\n";
const std::string channels =
    "@relation Motion\n@attribute Motion relational\n  @attribute t0 numeric\n  @attribute t1 numeric\n@end "
    "Motion\n"
    "@attribute activity {Standing,Running}\n@data\n";

}  // namespace

TEST_CASE("ARFF of one channel has a value an attribute", "[arff]") {
  const TempFolder folder;
  const RawSplit raw = testing::read_back(
      folder, arff, one_channel + "@DATA\r\n0.5,-1e2,1\r\n% another\n\n 3 , 4 , 'b c' \n5,6,\"d\"\n");
  CHECK(raw.path == "f");
  CHECK(raw.targets == Words{"1", "b c", "d"});
  CHECK(raw.values == std::vector<float>{0.5F, -100, 3, 4, 5, 6});
  CHECK(raw.offsets == std::vector<Index>{0, 2, 4, 6});
  CHECK(raw.channels == 1);
  CHECK(raw.lines == std::vector<Index>{8, 11, 12});
  CHECK(testing::read_back(folder, arff,
                           "@relation r\n@attribute a numeric\n@attribute b numeric\n@data\n1,2.5\n",
                           "regression")
            .targets == Words{"2.5"});
}

TEST_CASE("ARFF of several channels has them in quotes", "[arff]") {
  const TempFolder folder;
  for (const std::string quote : {"\"", "'"}) {
    const RawSplit raw = testing::read_back(folder, arff,
                                            channels + quote + "1,2\\n3,4\\n5,6" + quote + ",Standing\n" +
                                                quote + "7\\n8\\n9" + quote + ", 'Running'\n");
    CHECK(raw.path == "f");
    CHECK(raw.targets == Words{"Standing", "Running"});
    CHECK(raw.channels == 3);
    CHECK(raw.values == std::vector<float>{1, 3, 5, 2, 4, 6, 7, 8, 9});
    CHECK(raw.offsets == std::vector<Index>{0, 2, 3});
  }
}

TEST_CASE("what is wrong with a line of ARFF is said where it is", "[arff]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, arff, one_channel + "@data\n1,2,1, {5}\n") ==
        "f:8: a weight behind the class, \"{5}\", which is not read; remove it, for all lines with sed 's/, "
        "*{[^}]*} *$//' FILE > NEW.arff");
  CHECK(testing::errors_in(folder, arff,
                           one_channel + "@data\n1,2,e\n1,2\n1\n{0 1, 1 2}\n1:2,1\n1,2,3,1\n1,2,'d\n") ==
        "f:8: label \"e\" is not in the class attribute, which has \"1\", \"b c\", \"d\"; add it there or "
        "correct it\n"
        "f:9: label \"2\" is not in the class attribute, which has \"1\", \"b c\", \"d\"; add it there or "
        "correct it\n"
        "f:9: 1 value before the class, but the header has 2 numeric attributes\n"
        "f:10: no \",\" between values and class; expected v,v,v,CLASS\n"
        "f:11: a sparse line, {INDEX VALUE, ...}; expected all values, v,v,v,CLASS\n"
        "f:12:2: a \":\" among values; expected commas between\n"
        "f:13: 3 values before the class, but the header has 2 numeric attributes\n"
        "f:14: label \"'d\" is not in the class attribute, which has \"1\", \"b c\", \"d\"; add it there or "
        "correct "
        "it");
  CHECK_THAT(testing::errors_in(folder, arff, channels + "  \"1,2\\n3,x\",Standing\n"),
             Catch::Matchers::StartsWith("f:8:11: value 2 of dimension 2 \"x\" is not a number"));
  CHECK_THAT(testing::errors_in(folder, arff, channels + "\"1,2\\n3\",Standing\n"),
             Catch::Matchers::Contains("dimension 2 has 1 value, but dimension 1 has 2"));
  CHECK(testing::errors_in(folder, arff, channels + "1,2,Standing\n\"1\\n2\"\n") ==
        "f:8: the relational attribute is not in quotes; expected \"v,v\\nv,v\",CLASS\n"
        "f:9: no \",\" between values and class; expected \"v,v\\nv,v\",CLASS");
}

TEST_CASE("what is wrong with an ARFF header is said", "[arff]") {
  const TempFolder folder;
  const auto errors = [&](const std::string& text) {
    return testing::errors_in(folder, arff, "@relation r\n" + text);
  };
  CHECK(errors("@attribute a numeric\n@attribute b numeric\n@data\n1,2\n") ==
        "f: the last attribute is numeric; expected the class, {NAME,NAME}, or task = \"regression\"");
  CHECK(errors("@attribute a numeric\n@data\n") ==
        "f: no class; expected numeric attributes, then one with {NAME,NAME}");
  CHECK(errors("@attribute c {a,b}\n@data\n") ==
        "f: no numeric attribute before the class; expected a series");
  CHECK(errors("@attribute c {a,b}\n@attribute a numeric\n@data\n") ==
        "f:3: attribute \"a\" follows the class; expected the class as the last one");
  CHECK(errors("@attribute s string\n@attribute c {a}\n@data\n") ==
        "f: no numeric attribute before the class; expected a series\n"
        "f:2: attribute \"s\" is \"string\"; expected numeric, relational, or for the class {NAME,NAME}");
  CHECK(errors("1,2,a\n") ==
        "f:2: \"1,2,a\" before @data; expected @relation, @attribute, @end or a comment with %");
  CHECK(errors("@attribute a numeric\n") ==
        "f: no @data line; expected ARFF: @relation, @attribute lines, @data, then one series a line");
  CHECK(errors("@attribute a numeric\n@attribute c {a}\n@data\n% none\n") ==
        "f: no series below @data; expected lines v,v,v,CLASS");
}

TEST_CASE("no bytes break the ARFF reader", "[arff]") {
  testing::read_mutations(arff,
                          {one_channel + "@data\n1,2,1\n3,4,'b c'\n", channels + "\"1,2\\n3,4\",Standing\n"});
}
