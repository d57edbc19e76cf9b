// Tables of numbers: the command that init prints for one makes a file that trains.
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

Outcome init(const Workplace& place, const std::string& name, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"init", place.path(name), "--out", place.path("made.toml")});
  std::filesystem::remove(place.path("made.toml"));
  return orochi_program(more);
}

/// The command that init prints for the file, run in its folder; returns what it writes into `to`.
std::string by_command(const Workplace& place, const std::string& name, const std::string& to,
                       const std::vector<std::string>& more = {}) {
  const Outcome refused = init(place, name, more);
  INFO(refused.err);
  CHECK(refused.code == 2);
  const std::size_t begin = refused.err.find("\n  "), end = refused.err.find('\n', begin + 1);
  REQUIRE(begin != std::string::npos);
  const std::string command =
      "cd " + place.path("") + " && " + refused.err.substr(begin + 3, end - begin - 3);
  REQUIRE(std::system(command.c_str()) == 0);
  return contents_of(place.path(to));
}

std::string by_command_for(const Workplace& place, const std::string& contents,
                           const std::vector<std::string>& more = {}) {
  std::ofstream(place.path("t.csv")) << contents;
  return by_command(place, "t.csv", "t-columns.ts", more);
}

/// A header and 40 records.
std::string table(const std::string& header, const std::string& even, const std::string& odd) {
  std::string text = header;
  for (int i = 0; i < 40; ++i) text += i % 2 == 0 ? even : odd;
  return text;
}

const std::string top = "@classLabel true\n@data\n";

}  // namespace

TEST_CASE("a table of numbers is no text, and a command makes a channel of each column") {
  const Workplace place("tables");
  std::string csv = "length,width,height,species\n";
  for (int i = 0; i < 40; ++i)
    csv += std::to_string(i) + ".5," + std::to_string(i % 7) + ",3" + std::to_string(i % 3) + "," +
           (i % 2 == 0 ? "setosa\n" : "other\n");
  const std::string cases = by_command_for(place, csv);
  CHECK(cases.starts_with(top + "0.5:0:30:setosa\n1.5:1:31:other\n2.5:"));
  const Outcome refused = init(place, "t.csv");
  CHECK(
      has(refused.err,
          "t.csv: error: looks like a table of numbers, a record a line: 3 columns of numbers, and labels in "
          "column \"species\"; none of them is a text."));
  CHECK(has(refused.err, "name it with --text COLUMN"));
  const Outcome checked = orochi_program({"check-data", place.path("t.csv")});
  CHECK(checked.code == 2);
  CHECK(has(checked.err, "name it with data.format.text_columns=COLUMN"));
  CHECK(init(place, "t.csv", {"--text", "species", "--label", "width"}).code == 0);

  CHECK(init(place, "t-columns.ts").code == 0);
  const std::string config = contents_of(place.path("made.toml"));
  CHECK(has(config, "# 40 records, 2 labels, each of one row.\n"));
  CHECK(has(config, "format = \"ts\""));
  CHECK(has(config, "pooling = \"mean\"\n"));
  CHECK_FALSE(has(config, "kernel_size"));
  const Outcome trained =
      orochi_program({"train", place.path("made.toml"), "--run", place.path("made"), "train.max_steps=3"});
  CHECK(trained.code == 0);
  CHECK(has(trained.out + trained.err, "2 labels, 3 channels"));
}

TEST_CASE("the command copes with quotes, ends of lines, decimal commas, and fields without a number") {
  const Workplace place("tables-kinds");
  const std::string quoted = by_command_for(
      place, table("\"a\",\"b\",\"c\"\r\n", "\"1\",\"2.5\",\"x y\"\r\n", "\"3\",\"\",\"z\"\r\n\r\n"));
  CHECK(quoted.starts_with(top + "1:2.5:x y\n3:?:z\n1:2.5:x y\n"));
  // In text the commas stay.
  const std::string commas =
      by_command_for(place, table("klasse;alter;gewicht\n", "a, b;70;63,3\n", "c;45; NA\n"));
  CHECK(commas.starts_with(top + "70:63.3:a, b\n45:?:c\n"));
  CHECK(by_command_for(place, table("", "70;63,3;b\n", "45;77,25;c\n")).starts_with(top + "70:63.3:b\n"));
  const std::string tabs =
      by_command_for(place, table("alter\tgewicht\tklasse\n", "70\t63,3\tb\n", "45\t?\tc\n"));
  CHECK(tabs.starts_with(top + "70:63.3:b\n45:?:c\n"));
  // All are numbers, the label too.
  const std::string numbers =
      by_command_for(place, table("a;b;y\n", "1,5;2;0,5\n", "2,5;3;7,5\n"), {"--label", "y"});
  CHECK(numbers.starts_with(top + "1.5:2:0.5\n2.5:3:7.5\n"));
}

TEST_CASE("decimal commas in quotes become points, also between commas") {
  const Workplace place("tables-quoted-commas");
  const std::string cases =
      by_command_for(place, table("\"a, b\",b,target\n", "\"6,3\",\"-2,9\",x\n", "\"5,5\",2,z\n"));
  CHECK(cases.starts_with(top + "6.3:-2.9:x\n5.5:2:z\n"));
}

TEST_CASE("a column that only numbers the records is left out, and said") {
  const Workplace place("tables-ids");
  std::string csv = "id,a,b,kind\n";
  for (int i = 0; i < 40; ++i)
    csv += std::to_string(i + 7) + "," + std::to_string(i % 5) + ",2." + std::to_string(i % 3) +
           (i % 2 == 0 ? ",x\n" : ",z\n");
  CHECK(by_command_for(place, csv).starts_with(top + "0:2.0:x\n1:2.1:z\n"));
  const std::string said = init(place, "t.csv").err;
  CHECK(has(said, ": 2 columns of numbers, "));
  CHECK(has(said, "What only numbers the records is left out: \"id\"."));
  std::ofstream(place.path("t.csv")) << table("id,a,kind\n", "1,3,x\n", "2,3,z\n");  // no numbers of records
  CHECK_FALSE(has(init(place, "t.csv").err, "left out"));
}

TEST_CASE("predict and evaluate print the command that hands a table of numbers to the model") {
  const Workplace place("tables-predict");
  const std::string csv = table("a,b,c,kind\n", "1,2.5,0,x\n", "3,4.5,1,z\n");
  by_command_for(place, csv);
  REQUIRE(init(place, "t-columns.ts").code == 0);
  const std::string run = place.path("made");
  REQUIRE(orochi_program({"train", place.path("made.toml"), "--run", run, "train.max_steps=3"}).code == 0);
  const std::string expected = orochi_program({"predict", run, place.path("t-columns.ts")}).out;
  REQUIRE(has(expected, "label\tp(x)\tp(z)\n"));
  const auto handed = [&](const std::string& contents) {
    std::ofstream(place.path("new.csv")) << contents;
    const Outcome refused = orochi_program({"predict", run, place.path("new.csv")});
    CHECK(refused.code == 2);
    const std::size_t begin = refused.err.find("\n  "), end = refused.err.find(" | ", begin);
    REQUIRE(end != std::string::npos);
    const std::string cases = place.path("cases");
    REQUIRE(std::system((refused.err.substr(begin + 3, end - begin - 3) + " >" + cases).c_str()) == 0);
    return orochi_program({"predict", run, cases}).out;
  };
  CHECK(handed(csv) == expected);
  CHECK(handed(table("a,b,c\n", "1,2.5,0\n", "3,4.5,1\n")) == expected);
  const Outcome evaluated = orochi_program({"evaluate", run, "--data", place.path("t.csv")});
  CHECK(evaluated.code == 2);
  CHECK(has(evaluated.err, "t-columns.ts\nand name that file"));
}

TEST_CASE("of a table of numbers alone the label is what is called so, else the last column") {
  const Workplace place("tables-last");
  const auto label_of = [&](const std::string& header, const std::string& even, const std::string& odd) {
    std::ofstream(place.path("t.csv")) << table(header, even, odd);
    const std::string said = init(place, "t.csv").err;
    const std::string before = "labels in column \"";
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

TEST_CASE("a table that is packed is unpacked by the command, and missing values get filled") {
  const Workplace place("tables-packed");
  std::ofstream(place.path("t.csv")) << table("a,b,c\n", "1,2.5,x\n", "3,,z\n");
  for (const char* packer : {"gzip", "zstd"}) {
    const std::string name = *packer == 'g' ? "t.csv.gz" : "t.csv.zst";
    const std::string command = "command -v " + std::string(packer) + " >/dev/null";
    if (std::system(command.c_str()) != 0) continue;
    const std::string pack = std::string(packer) + " -c <" + place.path("t.csv") + " >" + place.path(name);
    REQUIRE(std::system(pack.c_str()) == 0);
    std::filesystem::remove(place.path("t-columns.ts"));
    CHECK(by_command(place, name, "t-columns.ts").starts_with(top + "1:2.5:x\n3:?:z\n"));
  }
  by_command(place, "t.csv", "t-columns.ts");
  CHECK(init(place, "t-columns.ts").code == 0);
  CHECK(has(contents_of(place.path("made.toml")), "missing = \"mean\"  # values that are missing"));
  CHECK(orochi_program({"train", place.path("made.toml"), "--run", place.path("made"), "train.max_steps=3"})
            .code == 0);
  std::string cases = "@classLabel true\n@data\n";
  for (int i = 0; i < 40; ++i) cases += i % 2 == 0 ? "1,?,3,4:a\n" : "4,3,2,1:b\n";
  std::ofstream(place.path("gaps.ts")) << cases;
  CHECK(init(place, "gaps.ts").code == 0);
  CHECK(has(contents_of(place.path("made.toml")), "missing = \"interpolate\""));
}
