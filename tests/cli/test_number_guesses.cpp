// What `init` takes for columns of numbers, labels, texts and time.
#include "number_tables.hpp"

using namespace orochi;
using namespace orochi::testing;

TEST_CASE("columns that are no numbers are left out of a table of numbers, unless one is a text") {
  const Workplace place("tables-mixed");
  const Made made =
      made_from(place, table("city,a,b,on,kind,\n", "Rome,1,2.5,True,x,\n", "Oslo,3,4.5,False,z,\n"));
  CHECK(has(made.init.out, "not used: \"city\", \"on\" (no numbers), what has no name\n"));
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

TEST_CASE("short texts are no columns to leave out beside few numbers") {
  const Workplace place("tables-short-texts");
  std::string names = "Who,gender,count,share\n";
  for (int i = 0; i < 40; ++i)
    names += std::string("Ann") + static_cast<char>('a' + i % 26) + static_cast<char>('a' + i / 26) +
             (i % 2 == 0 ? ",f," : ",m,") + std::to_string(i * i) + ",0.123456789" + std::to_string(i) + "\n";
  CHECK(has(made_from(place, names).config, "text_columns = [\"Who\"]\nlabel_column = \"gender\"\n"));
  std::string points = "x,y,place\n";
  for (int i = 0; i < 40; ++i)
    points += std::to_string(i * 7 % 11) + ",1." + std::to_string(i) + (i % 2 == 0 ? ",a\n" : ",b\n");
  CHECK(has(made_from(place, points).config, "number_columns = [\"x\", \"y\"]\nlabel_column = \"place\"\n"));
}

TEST_CASE("a wide table is looked at beyond its first lines") {
  const Workplace place("tables-wide");
  std::string wide = "kind";
  for (int c = 0; c < 3000; ++c) wide += ",gene" + std::to_string(c * 3 % 1000) + "_" + std::to_string(c);
  wide += "\n";
  for (int i = 0; i < 40; ++i) {
    wide += i % 2 == 0 ? "x" : "z";
    for (int c = 0; c < 3000; ++c) wide += "," + std::to_string((i * 31 + c * c) % 977) + ".25";
    wide += "\n";
  }
  const Made made = made_from(place, wide);
  CHECK(has(made.init.out, ", 3,000 columns of numbers as channels of one row, label \"kind\"\n"));
  CHECK(train(place).code == 0);
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
