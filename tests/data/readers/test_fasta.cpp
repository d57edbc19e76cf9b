#include "../hostile.hpp"
#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::config_for;
using testing::TempFolder;
using Words = std::vector<std::string>;

const DataConfig fasta = config_for("fasta");

}  // namespace

TEST_CASE("a FASTA sequence is a header and lines of letters", "[fasta]") {
  const TempFolder folder;
  const std::string text =
      "; an old comment\r\n>seq1 some words sp|tea \r\nACGT\r\nacg\r\n\r\n; another\n>seq2|coffee\n  MKV "
      "LLA\nN-X.*\n";
  const RawSplit raw = testing::read_back(folder, fasta, text);
  CHECK(raw.path == "f");
  CHECK(raw.texts == Words{"ACGTacg", "MKVLLAN-X."});
  CHECK(raw.targets == Words{"tea", "coffee"});
  CHECK(raw.lines == std::vector<Index>{2, 7});
  CHECK(testing::read_back(folder, config_for("fasta", {{"fold_case", true}}), text).texts ==
        Words{"ACGTACG", "MKVLLAN-X."});
}

TEST_CASE("a pattern finds the label in a FASTA header", "[fasta]") {
  const TempFolder folder;
  const DataConfig config = config_for("fasta", {{"label_pattern", "OX=(\\d+)"}});
  const RawSplit raw = testing::read_back(folder, config, ">sp|P1|NAME OX=9606 GN=A\nAC\n>x OX=10090\nGT\n");
  CHECK(raw.path == "f");
  CHECK(raw.targets == Words{"9606", "10090"});
  CHECK(testing::errors_in(folder, config, ">a OX=1\nA\n>b\nC\n") ==
        "f:3: no label in the header \"b\" by \"OX=(\\d+)\"; set data.format.label_pattern to what finds it, "
        "or "
        "data.format.labels to a file of lines name<TAB>label");
  const auto message = [&](const std::string& pattern) {
    return testing::message_of([&] {
      testing::errors_in(folder, config_for("fasta", {{"label_pattern", pattern}}), ">a\n");
    });
  };
  CHECK_THAT(message("(a"), Catch::Matchers::StartsWith(
                                "data.format.label_pattern is \"(a\", which is no regular expression"));
  CHECK(message("a") ==
        "data.format.label_pattern is \"a\", which has 0 groups; allowed: one, (...), around the label");
  // The library's matcher would use up the stack.
  CHECK(testing::errors_in(folder, config_for("fasta", {{"label_pattern", "^((?:a|b)*)$"}}),
                           ">" + std::string(1000000, 'a') + "\nA\n") ==
        "f:1: a header of 1,000,000 bytes; expected at most 2,000 where data.format.label_pattern is set; "
        "shorten it");
  CHECK(testing::read_back(folder, config_for("fasta", {{"label_pattern", "^(?:(?:a|b)*)(c)$"}}),
                           ">" + std::string(1999, 'a') + "c\nA\n")
            .targets == Words{"c"});
}

TEST_CASE("labels of FASTA sequences may be in a second file", "[fasta]") {
  const TempFolder folder;
  const DataConfig config = config_for("fasta", {{"labels", "names"}});
  folder.write("names", "seq1\ttea\r\nseq2\tdark coffee\n\n");
  const RawSplit raw = testing::read_back(folder, config, ">seq2 more\nAC\n>seq1\nGT\n");
  CHECK(raw.path == "f");
  CHECK(raw.targets == Words{"dark coffee", "tea"});
  CHECK(testing::errors_in(folder, config, ">seq3 x\nA\n>seq1\nA\n") ==
        "f:1: sequence \"seq3\" has no label in names; add a line name<TAB>label there");
  folder.write("names", "seq1 tea\nseq2\ta\tb\nseq3\ta\n\nseq3\tb\n");
  CHECK(testing::errors_in(folder, config, ">seq3\nA\n") ==
        "names:1: no tab in \"seq1 tea\"; expected name<TAB>label\n"
        "names:2: a second tab in \"seq2\\x09a\\x09b\"; expected name<TAB>label\n"
        "names:4: a blank line; expected name<TAB>label\n"
        "names:5: the name \"seq3\" is there twice; remove one");
  CHECK(testing::errors_in(folder, config_for("fasta", {{"labels", "nothere"}}), ">a b\nA\n") ==
        "nothere: no such file; data.format.labels is relative to the data file's folder");
}

TEST_CASE("what is wrong with a FASTA file is said", "[fasta]") {
  const TempFolder folder;
  CHECK(
      testing::errors_in(folder, fasta, ">lone\nAC\n>a b\n>c d\nAC1\n>e f\nA*\nC\n> \nA\n>g h\nA\u00e9\n") ==
      "f:1: no label in the header \"lone\": it has no blank or bar; set data.format.label_pattern to what "
      "finds "
      "it, or data.format.labels to a file of lines name<TAB>label\n"
      "f:3: a header without a sequence; expected letters on the lines below it\n"
      "f:5:3: \"1\" in a sequence; expected letters, - and .\n"
      "f:8:1: letters behind the * that ends a sequence; expected a header, >NAME\n"
      "f:9: no label in the header \"\": it has no blank or bar; set data.format.label_pattern to what finds "
      "it, "
      "or data.format.labels to a file of lines name<TAB>label\n"
      "f:12:2: \"\u00e9\" in a sequence; expected letters, - and .");
  CHECK(testing::errors_in(folder, fasta, "tea\tACGT\n") ==
        "f: looks like lines of label, tab, text, but is read as data.format = \"fasta\"; set data.format to "
        "\"tsv\"");
  CHECK(testing::errors_in(folder, fasta, "ACGT\n>x y\nA\n") ==
        "f:1: \"ACGT\" before the first header; expected FASTA: >NAME, then lines of letters");
  CHECK(testing::errors_in(folder, fasta, "; no more\n\n") ==
        "f: no header; expected FASTA: >NAME, then lines of letters");
  CHECK(testing::errors_in(folder, fasta, ">x bar|\nA\n") == "f:1: the label is empty; expected a name");
}

TEST_CASE("no bytes break the FASTA reader", "[fasta]") {
  const std::string seed = "; c\n>a|b c\nACGT\nac-gt*\n\n>d e\r\nM K\r\n";
  testing::read_mutations(fasta, {seed});
  testing::read_mutations(config_for("fasta", {{"label_pattern", "(.+) *$"}}), {">a 1\nACGT\n"}, 400);
}
