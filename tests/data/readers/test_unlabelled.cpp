// Files of every format for a task that needs no labels: with them, and without where the format can do so.
#include "../hdf5_fixture.hpp"
#include "catch.hpp"

using namespace orochi;
using namespace orochi::testing;
using Words = std::vector<std::string>;

TEST_CASE("texts need no labels, and those that there are count for nothing", "[unlabelled]") {
  const TempFolder folder;
  const std::vector<std::pair<std::string, std::string>> files{
      {"text", "one two\n\n \nthree\n"},
      {"tsv", "a\tone two\n\tthree\n"},
      {"csv", "text\none two\nthree\n"},
      {"csv", "label,text\na,one two\n,three\n"},
      {"jsonl", "{\"text\": \"one two\"}\n{\"text\": \"three\", \"label\": [1, 2]}\n"},
      {"fasttext", "one two\n__label__a __label__b three\n"}};
  for (const auto& [format, contents] : files) {
    INFO(format);
    const RawSplit raw = read_back(folder, config_for(format), contents, "masked_tokens");
    CHECK(raw.path == "f");
    CHECK(raw.texts == Words{"one two", "three"});
    CHECK(raw.targets == Words{"", ""});
  }
  const RawSplit fasta = read_back(folder, config_for("fasta"), ">x\nAC\nGT\n>y a\nT\n", "masked_tokens");
  CHECK(fasta.texts == Words{"ACGT", "T"});
  CHECK(fasta.targets == Words{"", ""});
}

TEST_CASE("lines of text are refused where labels are needed", "[unlabelled]") {
  const TempFolder folder;
  CHECK(errors_in(folder, config_for("text"), "one\ntwo\n").find("has no labels, which the task needs") !=
        std::string::npos);
}

TEST_CASE("series need no labels in .ts and HDF5 files", "[unlabelled]") {
  const TempFolder folder;
  const RawSplit ts =
      read_back(folder, config_for("ts"), "@classLabel false\n@data\n1,2:3,4\n5:6\n", "masked_rows");
  CHECK(ts.path == "f");
  CHECK(ts.values == Column<float>{1, 3, 2, 4, 5, 6});
  CHECK(ts.offsets == Column<Index>{0, 2, 3});
  Fixture fixture;
  for (const bool has_labels : {true, false}) {
    fixture.with_labels = has_labels;
    const RawSplit raw = read(folder, fixture.write(folder), "masked_rows");
    CHECK(raw.path.empty());
    CHECK(raw.targets == Words{"", ""});
    CHECK(raw.offsets == Column<Index>{0, 1, 3});
  }
}
