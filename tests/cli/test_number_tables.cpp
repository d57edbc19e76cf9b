// Tables of numbers: `init` writes a config that reads one, and its model answers such files.
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "catch.hpp"
#include "program.hpp"
#include "workplace.hpp"

using namespace orochi;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string contents_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A header and 40 records.
std::string table(const std::string& header, const std::string& even, const std::string& odd) {
  std::string text = header;
  for (int i = 0; i < 40; ++i) text += i % 2 == 0 ? even : odd;
  return text;
}

struct Made {
  Outcome init;
  std::string config;
};

Made made_from(const Workplace& place, const std::string& contents, std::vector<std::string> more = {},
               const std::string& name = "t.csv") {
  if (!contents.empty()) std::ofstream(place.path(name)) << contents;
  std::filesystem::remove(place.path("made.toml"));
  more.insert(more.begin(), {"init", place.path(name), "--out", place.path("made.toml")});
  const Outcome outcome = orochi_program(more);
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  return {outcome, contents_of(place.path("made.toml"))};
}

Outcome train(const Workplace& place) {
  std::filesystem::remove_all(place.path("made"));
  return orochi_program({"train", place.path("made.toml"), "--run", place.path("made"), "train.max_steps=3"});
}

/// A header of so many columns, and waves, each beginning elsewhere, behind their label or before it.
std::string waves(int columns, bool has_header, bool label_first) {
  std::string text = has_header ? "t0" : "";
  for (int t = 1; t < columns && has_header; ++t) text += ",t" + std::to_string(t);
  if (has_header) text = (label_first ? "kind," : "") + text + (label_first ? "\n" : ",kind\n");
  for (int i = 0; i < 40; ++i) {
    std::string line;
    for (int t = 0; t < columns; ++t)
      line += (t > 0 ? "," : "") + std::to_string(std::sin((1 + i % 2) * 0.2 * t + i));
    const std::string label = i % 2 == 0 ? "slow" : "fast";
    text += label_first ? label + "," + line + "\n" : line + "," + label + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a table of numbers is read as the channels of single rows") {
  const Workplace place("tables");
  std::string csv = "length,width,height,species\n";
  for (int i = 0; i < 40; ++i)
    csv += std::to_string(i) + ".5," + std::to_string(i % 7) + ",3" + std::to_string(i % 3) + "," +
           (i % 2 == 0 ? "setosa\n" : "other\n");
  const Made made = made_from(place, csv);
  CHECK(has(made.init.out, ", 3 columns of numbers as channels of one row, label \"species\"\n"));
  CHECK(has(made.config,
            "# 40 records, 2 labels, each of one row: attention has nothing to compare, the rest is a small "
            "network.\n"));
  CHECK(
      has(made.config, "number_columns = [\"length\", \"width\", \"height\"]\nlabel_column = \"species\"\n"));
  CHECK_FALSE(has(made.config, "\nover_time = true\n"));
  CHECK(has(made.config, "pooling = \"mean\"\n"));
  CHECK_FALSE(has(made.config, "kernel_size"));
  const Outcome trained = train(place);
  CHECK(trained.code == 0);
  CHECK(has(trained.out + trained.err, "2 labels, 3 channels"));
  CHECK(has(orochi_program({"check-data", place.path("t.csv")}).out,
            "number_columns = [\"length\", \"width\", \"height\"]\n"));
  CHECK(has(made_from(place, "", {"--text", "species", "--label", "width"}).config,
            "text_columns = [\"species\"]"));
}

TEST_CASE("quotes, decimal commas, missing fields and headers are seen in a table of numbers") {
  const Workplace place("tables-kinds");
  CHECK(has(
      made_from(place, table("\"a\",\"b\",\"c\"\r\n", "\"1\",\"2.5\",\"x y\"\r\n", "\"3\",\"\",\"z\"\r\n"))
          .config,
      "missing = \"mean\"  # values that are missing"));
  CHECK(train(place).code == 0);
  CHECK(has(
      made_from(place, table("klasse;alter;gewicht\n", "a, b;70;63,3\n", "c;45;64,1\n")).config,
      "delimiter = \";\"\n# 2 columns of numbers, the channels of a single row; where they are one quantity "
      "over time, add over_time = true here and set max_length = 2 above\nnumber_columns = [\"alter\", "
      "\"gewicht\"]\n"
      "decimal_comma = true\nlabel_column = \"klasse\"\n"));
  CHECK(train(place).code == 0);
  CHECK(
      has(made_from(place, table("", "70;63,3;b\n", "45;77,25;c\n")).config,
          "header = false\n# 2 columns of numbers, the channels of a single row; where they are one quantity "
          "over time, add over_time = true here and set max_length = 2 above\nnumber_columns = [\"1\", "
          "\"2\"]\ndecimal_comma = true\n"
          "label_column = \"3\"\n"));
  CHECK(train(place).code == 0);
  // All are numbers, the label too; it is a quantity where it has many values.
  std::string quantities = "a;b;y\n";
  for (int i = 0; i < 40; ++i) quantities += std::to_string(i) + ",5;2;" + std::to_string(i * i) + ",5\n";
  CHECK(has(made_from(place, quantities).config, "task = \"regression\""));
  CHECK(train(place).code == 0);
}

TEST_CASE("what only numbers the records is left out of a table of numbers, and said") {
  const Workplace place("tables-ids");
  const auto rows = [](const std::string& header) {
    std::string csv = header;
    for (int i = 0; i < 40; ++i)
      csv += std::to_string(i * 7 % 40) + "," + std::to_string(i + 7) + ",2." + std::to_string(i % 3) + "," +
             std::to_string(i % 5) + (i % 2 == 0 ? ",x\n" : ",z\n");
    return csv;
  };
  const Made made = made_from(place, rows(",id,a,b,kind\n"));
  CHECK(has(made.init.out, ", 2 columns of numbers as"));
  CHECK(has(made.config,
            "# Not used: \"\", \"id\" (without a name, or only numbers the records)\nnumber_columns = "
            "[\"a\", \"b\"]"));
  CHECK(has(made_from(place, rows("c,d,a,b,kind\n")).config, "number_columns = [\"c\", \"a\", \"b\"]"));
  CHECK_FALSE(has(made_from(place, table("id,a,kind\n", "1,3,x\n", "2,3,z\n")).config, "Not used"));
}

TEST_CASE("columns that are no numbers are left out of a table of numbers, unless one is a text") {
  const Workplace place("tables-mixed");
  const Made made =
      made_from(place, table("city,a,b,on,kind,\n", "Rome,1,2.5,True,x,\n", "Oslo,3,4.5,False,z,\n"));
  CHECK(has(made.init.out, "not used: \"city\", \"on\", \"\" (no numbers); number_columns in the config"));
  CHECK(has(made.config, "number_columns = [\"a\", \"b\"]\nlabel_column = \"kind\"\n"));
  CHECK(train(place).code == 0);
  CHECK(has(made_from(place, table("class of it,a,b\n", "+,1,2.5\n", "-,3,4.5\n")).config,
            "label_column = \"class of it\""));
  const std::string words = "it was a good day", more = "nobody knew where they were";
  CHECK(has(made_from(place, table("note,a,b,kind\n", words + ",1,2.5,x\n", more + ",3,4.5,z\n")).config,
            "text_columns = [\"note\"]"));
  CHECK(has(made_from(place, table("review,a,b,kind\n", "fine,1,2.5,x\n", "bad,3,4.5,z\n")).config,
            "text_columns = [\"review\"]"));
  CHECK(has(made_from(place, table("user_id,a,kind\n", "7,2.5,x\n", "9,4.5,z\n")).init.out,
            "used as numbers: \"user_id\"; by their names they may tell which record it is"));
}

TEST_CASE("commas between thousands are no decimal ones") {
  const Workplace place("tables-thousands");
  const auto refused = [&](const std::string& contents) {
    std::ofstream(place.path("t.csv")) << contents;
    const Outcome outcome = orochi_program({"init", place.path("t.csv"), "--out", place.path("made.toml")});
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  const char* const both_ways =
      "where its comma is a decimal one set data.format.decimal_comma = true, where it is between thousands "
      "remove it";
  CHECK(has(refused(table("a,income,kind\n", "0.5,\"1,500\",x\n", "0.7,733,z\n")), both_ways));
  CHECK(has(refused(table("a;income;kind\n", "5;1,500;x\n", "7;2,733;z\n")), both_ways));
  CHECK(has(refused(table("a;income;kind\n", "0,745;4.105;x\n", "0,7;733;z\n")), both_ways));
  CHECK(has(made_from(place, table("a;b;kind\n", "0,745;4,105;x\n", "0,700;7,330;z\n")).config,
            "decimal_comma = true"));
}

TEST_CASE("integers in a row above a table of numbers name its columns") {
  const Workplace place("tables-integers");
  CHECK(has(made_from(place, table("0,1,2,3\n", "1.5,2,3,0\n", "4.5,6,7,1\n")).config,
            "number_columns = [\"0\", \"1\", \"2\"]\nlabel_column = \"3\"\n"));
  CHECK(has(made_from(place, table(",0,1,2,kind\n", "5,1.5,2,3,x\n", "9,4.5,6,7,z\n")).config,
            "number_columns = [\"0\", \"1\", \"2\"]\nlabel_column = \"kind\"\n"));
  CHECK_FALSE(has(made_from(place, table("", "1.5,2,3,0\n", "4.5,6,7,1\n")).config, "header = true"));
  REQUIRE(train(place).code == 0);
  std::ofstream(place.path("new.csv")) << "0,1,2,3\n1.5,2,3,0\n4.5,6,7,1\n";
  CHECK(has(orochi_program({"predict", place.path("made"), place.path("new.csv")}).err,
            "line 1 looks like a header"));
}

TEST_CASE("of a table of numbers alone the label is what is called so, else the last column") {
  const Workplace place("tables-last");
  const auto label_of = [&](const std::string& header, const std::string& even, const std::string& odd) {
    const std::string said = made_from(place, table(header, even, odd)).init.out, before = ", label \"";
    const std::size_t begin = said.find(before);
    REQUIRE(begin != std::string::npos);
    return said.substr(begin + before.size(), said.find('"', begin + before.size()) - begin - before.size());
  };
  CHECK(label_of("age,sex,progression\n", "30,1,2.5\n", "41,2,7.5\n") == "progression");
  CHECK(label_of("age,target,sex\n", "30,5,1\n", "41,6,2\n") == "target");
  std::string classes_first = "kind,a,b\n";
  for (int i = 0; i < 40; ++i)
    classes_first += std::to_string(i % 3) + "," + std::to_string(i) + "," + std::to_string(i) + ".5\n";
  CHECK(label_of(classes_first, "", "") == "kind");
}

TEST_CASE("many columns whose neighbors are alike are one quantity over time") {
  const Workplace place("tables-time");
  const Made headed = made_from(place, waves(40, true, false));
  CHECK(has(headed.init.out, ", 40 columns of numbers as one quantity over time, label \"kind\"\n"));
  CHECK(has(headed.config, "number_columns = [\"t0..t39\"]\nover_time = true\nlabel_column = \"kind\"\n"));
  CHECK(has(headed.config, "kernel_size = 9"));
  CHECK(train(place).code == 0);
  const Made plain = made_from(place, waves(40, false, false));
  CHECK(has(plain.config, "number_columns = [\"1..40\"]\nover_time = true\nlabel_column = \"41\"\n"));
  CHECK(has(made_from(place, waves(40, false, true)).config,
            "number_columns = [\"2..41\"]\nover_time = true\nlabel_column = \"1\"\n"));
  CHECK_FALSE(has(made_from(place, waves(12, true, false)).config, "\nover_time = true\n"));  // few
  std::string noise;
  for (int c = 0; c < 40; ++c) noise += "m" + std::to_string(c) + ",";
  noise += "kind\n";
  for (int i = 0; i < 40; ++i) {
    for (int c = 0; c < 40; ++c) noise += std::to_string((i * 37 + c * c * 11) % 17) + ",";
    noise += i % 2 == 0 ? "x\n" : "z\n";
  }
  CHECK_FALSE(has(made_from(place, noise).config, "\nover_time = true\n"));
}

TEST_CASE("a model of columns of numbers answers files with and without labels, and lines") {
  const Workplace place("tables-predict");
  made_from(place, table("a,b,c,kind\n", "1,2.5,0,x\n", "3,4.5,1,z\n"));
  REQUIRE(train(place).code == 0);
  const std::string run = place.path("made");
  const std::string expected = orochi_program({"predict", run, place.path("t.csv")}).out;
  REQUIRE(has(expected, "label\tp(x)\tp(z)\n"));
  const auto answers = [&](const std::string& name, const std::string& contents) {
    std::ofstream(place.path(name)) << contents;
    return orochi_program({"predict", run, place.path(name)});
  };
  CHECK(answers("new.csv", table("c,b,a\n", "0,2.5,1\n", "1,4.5,3\n")).out == expected);
  CHECK(orochi_program({"predict", run}, table("", "1,2.5,0\n", "3,4.5,1\n")).out == expected);
  CHECK(has(orochi_program({"predict", run}, "1,2.5\n").err, "2 values, but the model was trained on 3"));
  CHECK(has(orochi_program({"predict", run}, "a,b,c\n1,2,3\n").err, "a line here is values alone"));
  CHECK(has(answers("new.csv", "a,b,d\n1,2,3\n").err, "no column \"c\""));
  CHECK(orochi_program({"evaluate", run, "--data", place.path("t.csv")}).code == 0);
}

TEST_CASE("a model of other files of numbers says how a table is read") {
  const Workplace place("tables-of-ts");
  std::string cases = "@classLabel true\n@data\n";
  for (int i = 0; i < 40; ++i) cases += i % 2 == 0 ? "1:2.5:0:x\n" : "3:4.5:1:z\n";
  made_from(place, cases, {}, "t.ts");
  REQUIRE(train(place).code == 0);
  std::ofstream(place.path("t.csv")) << table("a,b,c,kind\n", "1,2.5,0,x\n", "3,4.5,1,z\n");
  const std::string run = place.path("made"), way =
                                                  "'data.format={type = \"csv\", number_columns = "
                                                  "[\"FIRST\", \"SECOND\"], label_column = \"LABEL\"}'";
  const Outcome refused = orochi_program({"predict", run, place.path("t.csv")});
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "add " + way));
  CHECK(has(orochi_program({"evaluate", run, "--data", place.path("t.csv")}).err, "add " + way));
  const std::string format =
      "data.format={type = \"csv\", number_columns = [\"a\", \"b\", \"c\"], label_column = \"kind\"}";
  CHECK(orochi_program({"predict", run, place.path("t.csv"), format}).out ==
        orochi_program({"predict", run, place.path("t.ts")}).out);
}

TEST_CASE("a table of numbers may be packed, and missing values get filled") {
  const Workplace place("tables-packed");
  std::ofstream(place.path("t.csv")) << table("a,b,c\n", "1,2.5,x\n", "3,,z\n");
  for (const char* packer : {"gzip", "zstd"}) {
    const std::string name = *packer == 'g' ? "t.csv.gz" : "t.csv.zst";
    if (std::system(("command -v " + std::string(packer) + " >/dev/null").c_str()) != 0) continue;
    REQUIRE(std::system(
                (std::string(packer) + " -c <" + place.path("t.csv") + " >" + place.path(name)).c_str()) ==
            0);
    CHECK(has(made_from(place, "", {}, name).config, "number_columns = [\"a\", \"b\"]"));
    CHECK(train(place).code == 0);
  }
  std::string cases = "@classLabel true\n@data\n";
  for (int i = 0; i < 40; ++i) cases += i % 2 == 0 ? "1,?,3,4:a\n" : "4,3,2,1:b\n";
  CHECK(has(made_from(place, cases, {}, "gaps.ts").config, "missing = \"interpolate\""));
}
