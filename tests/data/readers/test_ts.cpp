#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;

const DataConfig ts = testing::config_for("ts");
const std::string two_channels =
    "@timeStamps false\n@univariate false\n@dimensions 2\n@classLabel true up down\n@data\n";

}  // namespace

TEST_CASE("a .ts file is read case by case, into rows", "[ts]") {
  const TempFolder folder;
  const RawSplit raw =
      testing::read_back(folder, ts,
                         "# Some words\r\n@problemName Two\n@timeStamps false\n@missing false\n\n"
                         "@univariate false\n@dimension 2\n@equalLength false\n"
                         "@classLabel true  up down\n@Data\n"
                         "1,2.5,-3e2:4,5,6:up\r\n# between\n +7 , 8:9,10: down \n\n");
  CHECK(raw.path == "f");
  CHECK(raw.channels == 2);
  CHECK(raw.values == std::vector<float>{1, 4, 2.5f, 5, -300, 6, 7, 9, 8, 10});
  CHECK(raw.offsets == std::vector<Index>{0, 3, 5});
  CHECK(raw.targets == std::vector<std::string>{"up", "down"});
  CHECK(raw.lines == std::vector<Index>{11, 13});
}

TEST_CASE("a tab may be behind a key and between class names", "[ts]") {
  const TempFolder folder;
  const RawSplit raw = testing::read_back(
      folder, ts, "@dimensions\t2\n@classLabel\ttrue\tup \tdown\n@data\n1:2:up\n3:4:down\n");
  CHECK(raw.path == "f");
  CHECK(raw.targets == std::vector<std::string>{"up", "down"});
}

TEST_CASE("numbers too small for a double are 0, as those too small for a float", "[ts]") {
  std::vector<float> values;
  Index channels = 0;
  const std::string zeros(400, '0');
  const std::string tiny =
      "1e-50,1e-400,-1e-400,0." + zeros + "1,1" + zeros + "e-900,1E-99999999999999999999,0.1e-350";
  CHECK(parse_case(tiny, values, channels) == "");
  CHECK(values == std::vector<float>(7, 0.0f));
  for (const std::string& large : {"1" + zeros, "-1" + zeros + ".5", std::string("1e+99999999999999999999"),
                                   "0.00" + zeros + "1e900", std::string("1e400")}) {
    INFO(large);
    CHECK_THAT(parse_case(large, values, channels),
               catch_matchers::Contains("is out of the range of a float"));
  }
}

TEST_CASE("two signs before a number are an error", "[ts]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, ts, two_channels + "1,+-2:3,4:up\n") ==
        "f:6:3: value 2 of dimension 1 \"+-2\" is not a number; expected one like -1.5 or 2e-3");
}

TEST_CASE("what is wrong with the header of a .ts file is said", "[ts]") {
  const TempFolder folder;
  CHECK(
      testing::errors_in(folder, ts,
                         "@timeStamps true\n@univariate maybe\n@dimensions 0\n@seriesLength 2x\n@color red\n"
                         "@classLabel false\n@data\n1:a\n") ==
      "f:1: @timeStamps is true; only equally spaced series without time stamps can be read, remove them "
      "and set it to false\n"
      "f:2: @univariate is \"maybe\"; expected true or false\n"
      "f:3: @dimensions is \"0\"; expected an integer of 1 or more\n"
      "f:4: @seriesLength is \"2x\"; expected an integer of 1 or more\n"
      "f:5: unknown key \"@color\"; known are @problemName, @timeStamps, @missing, @univariate, "
      "@dimensions, "
      "@equalLength, @seriesLength, @classLabel, @targetLabel, @data\n"
      "f:6: @classLabel is false; expected true: a label behind every case");
  CHECK(testing::errors_in(folder, ts, "@classLabel true a b\n@data\n(0,1.5),(1,2):a\n") ==
        "f:3:1: value 1 of dimension 1 \"(0\" begins a time stamp; only equally spaced series without time "
        "stamps can be read, remove them");
  CHECK(
      testing::errors_in(
          folder, ts,
          "@univariate true\n@univariate true\n@Univariate false\n@classLabel true a b\n@data\n1:a\n2:b\n") ==
      "f:3: @Univariate is \"false\", but \"true\" above; keep one of them");
  CHECK(testing::errors_in(folder, ts, "@classLabel true a b\n@targetLabel true\n@data\n1:a\n2:b\n") ==
        "f:2: @targetLabel is true, but @classLabel names classes; remove one of the two lines");
  CHECK(testing::errors_in(folder, ts, "@classLabel true a\n") ==
        "f: no @data line; expected a .ts file: @ keys, @data, then one case a line");
  CHECK(testing::errors_in(folder, ts, "@classLabel true a\n1,2:a\n") ==
        "f:2: \"1,2:a\" before @data; expected a line that begins with @, # or %, and @data above cases");
  CHECK(testing::errors_in(folder, ts, two_channels + "\n") ==
        "f: no case below @data; expected lines v,v,v:label");
}

TEST_CASE("what is wrong with a case of a .ts file is said", "[ts]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, ts,
                           two_channels +
                               "1,2:3,?:up\n1,nan:3,4:up\n1,abc:3,4:up\n1,2:3,1e99:up\n1,2:,4:up\n"
                               "1,2:3:up\n1,2,3\n1,2:3,4:left\n1,2:3,4:\n1,2:3,4:5,6:up\n1,2:-inf,3:up\n"
                               "1,2:3,1e999:up\n\n1,2:3,4:up\n") ==
        "f:6: the value at row 2, channel 2 is missing (2 values of 2 sequences are); set data.missing to "
        "\"interpolate\", \"mean\" or \"zero\" to have it filled, or leave the sequence out\n"
        "f:8:3: value 2 of dimension 1 \"abc\" is not a number; expected one like -1.5 or 2e-3\n"
        "f:9:7: value 2 of dimension 2 \"1e99\" is out of the range of a float; expected at most 3.4e38\n"
        "f:10:5: value 1 of dimension 2 is empty; expected a number, or ? where it is missing\n"
        "f:11:5: dimension 2 has 1 value, but dimension 1 has 2; expected one a step in each\n"
        "f:12: no \":\" between values and label; expected v,v,v:v,v,v:label\n"
        "f:13: label \"left\" is not in @classLabel, which has \"up\", \"down\"; add it there or correct it\n"
        "f:14: the label is empty; expected a name\n"
        "f:15: 3 dimensions, but expected 2 as in the header or the first case\n"
        "f:16:5: value 1 of dimension 2 \"-inf\" is not finite; expected a number, or ? where it is missing\n"
        "f:17:7: value 2 of dimension 2 \"1e999\" is out of the range of a float; expected at most 3.4e38\n"
        "f:18: a blank line; expected a case");
}

TEST_CASE("comments and blank lines of the archive's files are skipped", "[ts]") {
  const TempFolder folder;
  const RawSplit raw = testing::read_back(folder, ts,
                                          "\n%# made up\n% @dimensions 7\n\n" + two_channels +
                                              "\n%9,9:9,9:up\n1,2:3,4:up\n  # 9\n5,6:7,8:down\n");
  CHECK(raw.path == "f");
  CHECK(raw.values == std::vector<float>{1, 3, 2, 4, 5, 7, 6, 8});
  CHECK(raw.lines == std::vector<Index>{12, 14});
}

TEST_CASE("@data is alone on its line", "[ts]") {
  const TempFolder folder;
  for (const std::string between : {" ", "\t"})
    CHECK(testing::errors_in(folder, ts, "@classLabel true a\n@Data" + between + "true\n1,2:a\n") ==
          "f:2: \"true\" follows @data, which is alone on its line; the first case is on the next one");
}

TEST_CASE("where the header's keys contradict each other on dimensions, the cases decide", "[ts]") {
  const TempFolder folder;
  const std::string univariate = "@univariate true\n", dimensions = "@dimensions 3\n",
                    rest = "@classLabel true a\n@data\n1:2:a\n3:4:a\n";
  for (const std::string& header : {univariate + dimensions, dimensions + univariate}) {
    INFO(header);
    const RawSplit raw = testing::read_back(folder, ts, header + rest);
    CHECK(raw.path == "f");
    CHECK(raw.channels == 2);
    CHECK(testing::errors_in(folder, ts, header + rest + "5:a\n") ==
          "f:7: 1 dimension, but expected 2 as in the header or the first case");
  }
  CHECK(testing::errors_in(folder, ts, dimensions + rest).starts_with("f:4: 2 dimensions, but expected 3"));
}

TEST_CASE("without @classLabel the cases say which classes there are", "[ts]") {
  const TempFolder folder;
  const RawSplit raw = testing::read_back(folder, ts, "@data\n1:full boil\n2:off\n");
  CHECK(raw.path == "f");
  CHECK(raw.targets == std::vector<std::string>{"full boil", "off"});
}

TEST_CASE("class names of several words are an error once, with what to write", "[ts]") {
  const TempFolder folder;
  CHECK(testing::errors_in(
            folder, ts,
            "@classLabel true full boil off\n@data\n1:off\n1:full boil\n1:full boil\n2:half boil\n") ==
        "f:4: label \"full boil\" holds a blank, but blanks in @classLabel part the class names, which are "
        "\"full\", \"boil\", \"off\"; write \"full_boil\" there and in every case");
  CHECK(testing::errors_in(folder, ts, "@classLabel true a b\n@data\n1:c\n2:c\n3:d\n4:a\n") ==
        "f:3: label \"c\" is not in @classLabel, which has \"a\", \"b\"; add it there or correct it\n"
        "f:5: label \"d\" is not in @classLabel, which has \"a\", \"b\"; add it there or correct it");
}

TEST_CASE("numbers to be predicted need the task that predicts them", "[ts]") {
  const TempFolder folder;
  const auto errors_of = [&](const std::string& task, const std::string& contents) {
    FileErrors errors(folder.write("f", contents));
    read_raw(ts, builtin_readers(), *new_task(task), errors);
    return folder.without_path(errors.report());
  };
  const std::string numbers = "@classLabel false\n@targetlabel true\n@data\n1,2:2.5\n3,4:1.5\n";
  CHECK(errors_of("classification", numbers) ==
        "f:2: @targetLabel marks numbers to be predicted; set task = \"regression\"");
  CHECK(errors_of("regression", numbers) == "");
  CHECK(errors_of("regression", "@classLabel false\n@data\n1,2:2.5\n") ==
        "f:1: @classLabel is false; expected @targetLabel true: a number behind every case");
}

TEST_CASE("@equalLength, @seriesLength and @univariate are held", "[ts]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, ts, "@equalLength true\n@classLabel true a\n@data\n1,2:a\n1,2,3:a\n") ==
        "f:5: 3 steps, but with @equalLength true every case has 2; correct one of them");
  CHECK(testing::errors_in(
            folder, ts, "@equalLength true\n@seriesLength 3\n@classLabel true a\n@data\n1,2:a\n1,2,3:a\n") ==
        "f:5: 2 steps, but with @equalLength true every case has 3; correct one of them");
  CHECK(testing::errors_in(folder, ts, "@univariate true\n@classLabel true a\n@data\n1,2:3,4:a\n") ==
        "f:4: 2 dimensions, but expected 1 as in the header or the first case");
  CHECK(testing::errors_in(folder, ts, "@classLabel true a\n@data\n1,2:3,4:a\n1,2:a\n") ==
        "f:4: 1 dimension, but expected 2 as in the header or the first case");
}
