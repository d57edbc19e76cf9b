// Tables of numbers: `init` writes a config that reads one, and its model answers such files.
#include "number_tables.hpp"

using namespace orochi;
using namespace orochi::testing;

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
            "# Not used: \"id\" (only numbers the records), what has no name\nnumber_columns = "
            "[\"a\", \"b\"]"));
  CHECK(has(made_from(place, rows("c,d,a,b,kind\n")).config, "number_columns = [\"c\", \"a\", \"b\"]"));
  CHECK_FALSE(has(made_from(place, table("id,a,kind\n", "1,3,x\n", "2,3,z\n")).config, "Not used"));
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
