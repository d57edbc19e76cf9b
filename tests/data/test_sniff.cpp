// What a file looks like, and what is said where it is read as something else.
#include <fmt/format.h>

#include "catch.hpp"
#include "data/column_names.hpp"
#include "data/sniff.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;
using namespace std::string_view_literals;
using testing::TempFolder;

std::string format_of(std::string_view text) { return sniff(text).format; }

/// ASCII text with its bytes `before` and `after` zeros.
std::string widened(std::string_view text, std::size_t before, std::size_t after) {
  std::string wide;
  for (const char c : text) wide += std::string(before, '\0') + c + std::string(after, '\0');
  return wide;
}

}  // namespace

TEST_CASE("formats of records are known by their first lines", "[sniff]") {
  CHECK(format_of("yes\ta b, c\nno\td\n") == "tsv");
  CHECK(format_of("label\ttext\nyes\ta\n") == "csv");
  CHECK(format_of("id\tlabel\ttext\n1\tyes\ta\n") == "csv");
  CHECK(format_of("label,text\nyes,\"a, b\"\n") == "csv");
  CHECK(format_of("yes,a b\r\nno,\"c, d\"\r\n") == "csv");
  CHECK(sniff("label;text\nyes;a\n").setting() == "{type = \"csv\", delimiter = \";\"}");
  CHECK(format_of("{\"text\": \"a\\tb\", \"label\": 1}\n{\"text\": \"c\"}\n") == "jsonl");
  CHECK(format_of("[\n  {\"text\": \"a\"}\n]\n") == "jsonl");
  CHECK(format_of("__label__yes __label__warm a b\n__label__no c\n") == "fasttext");
  CHECK(format_of(">seq1 yes\nACGT\nAC\n>seq2 no\nGGT\n") == "fasta");
  CHECK(format_of("\xEF\xBB\xBF% made up\n\n@RELATION x\n@attribute a numeric\n@data\n") == "arff");
  CHECK(format_of("# made up\n\n@problemName x\n@data\n1:a\n") == "ts");
  CHECK(format_of("1\t-0.5\t2e-3\tNaN\n2\t1\t2\t3\n") == "ucr");
  CHECK(format_of("setosa\t-0.5\t2e-3\nother\t1\t2\n") == "ucr");
  CHECK(sniff("nr\tklasse\tbericht\n1\tgut\tein Satz\n").setting() ==
        "{type = \"csv\", delimiter = \"\\t\"}");
  CHECK(format_of("1\t-0.5\t2e-3\t\n2\t1\t2\t3\n") == "ucr");
  // One of several records may be broken, but a header is none.
  CHECK(format_of("a\t1\tx\nb\t1\t2\na\t3\t4\nb\t5\t6\na\t7\t8\n") == "ucr");
  CHECK(format_of("art\tlang\tbreit\nb\t1\t2\na\t3\t4\nb\t5\t6\na\t7\t8\n") == "csv");
  CHECK(format_of("{\"a\": 1}\n{\"a\": 1}\n{\"a\": 1}\n{\"a\": 1}\n\"a\": 1}\n") == "jsonl");
  CHECK(sniff("70;63,3;b\n45;77,3;b\n").delimiter == ';');
  CHECK(sniff("words;price\na b;1,5\nc;2,5\nd;3,5\ne;4,5\n").delimiter == ';');
  CHECK(sniff("label|text\nyes|a, b\n").setting() == "{type = \"csv\", delimiter = \"|\"}");
  CHECK(sniff("label,text\nyes,\"a\tb\"\nno,\"c\td\"\n").delimiter == ',');
  CHECK(sniff("What was said\nart;wort\nx;a\ny;b, c\nx;d\n").delimiter == ';');
  CHECK(sniff("art,wort\nx\nx,a\ny,b\nx,d\n").delimiter == ',');
  CHECK(format_of("what\n{\"a\": 1}\n{\"a\": 1}\n{\"a\": 1}\n{\"a\": 1}\n") == "jsonl");
  CHECK(format_of("  1.0e+00  -7.9e-01   2.0\n  2.0e+00  1.5  3\n") == "ucr");
  CHECK(format_of("\x89HDF\r\n\x1A\nxx"sv) == "hdf5");
}

TEST_CASE("other files are described", "[sniff]") {
  CHECK(sniff("\x1F\x8B\x08"sv).description == "a file compressed with gzip");
  CHECK(sniff("PK\x03\x04xx"sv).description == "a ZIP archive or an office document");
  CHECK(sniff("PK\x03\x04xxvalues.npyxx").description == "a NumPy archive (.npz)");
  CHECK(sniff("\x93NUMPY\x01"sv).description == "a NumPy array");
  CHECK(sniff("<!DOCTYPE html>\n").description == "a page in HTML");
  CHECK(sniff("version https://git-lfs.github.com/spec/v1\n").description == "Git LFS's pointer to a file");
  std::string noise;
  for (int i = 0; i < 256; ++i) noise += static_cast<char>(i * 37 % 256);
  CHECK(sniff(noise).description == "a binary file");
  std::string odd = "a";
  for (char c = 14; c < 28; ++c) odd += c;
  CHECK(sniff(odd + std::string(4000, 'c')).description == "");  // among many others
  CHECK(sniff("yes\x01a\x02"
              "b" +
              std::string(100, 'c'))
            .description == "");  // other delimiters
  CHECK(sniff("PAR1\x15\x04").description == "Parquet");
  CHECK(sniff("\xFF\xFE\0\0y\0\0\0"sv).description == "UTF-32 text");
  CHECK(sniff("\0\0\xFE\xFF\0\0\0y"sv).description == "UTF-32 text");
  CHECK(sniff("\xFF\xFEy\0"sv).description == "UTF-16 text");
  CHECK(sniff(widened("yes\ta b c\n", 0, 3)).description == "UTF-32LE text");
  CHECK(sniff(widened("yes\ta b c\n", 3, 0)).description == "UTF-32BE text");
  CHECK(sniff(widened("yes\ta b c\n", 0, 1)).description == "UTF-16LE text");
  CHECK(sniff(widened("yes\ta b c\n", 1, 0)).description == "UTF-16BE text");
}

TEST_CASE("names of columns are known alone, quoted and as parts", "[sniff]") {
  for (const char* name : {"label", " Text ", "\"Sentence\"", "review_text", "sentence1", "class-label"})
    CHECK(is_column_name(name));
  for (const char* field : {"yes", "", "a text", "context", "labelled", "the label of a very long title"})
    CHECK_FALSE(is_column_name(field));
  // A label like one of them makes no header.
  CHECK(format_of("review\tgood bread\nother\tc\n") == "tsv");
}

TEST_CASE("a name tells what looks do not", "[sniff]") {
  CHECK(sniff_name("csv").delimiter == ',');
  CHECK(sniff_name("tsv").layout == Layout::label_tab_text);
  CHECK(sniff_name("ts").setting() == "\"ts\"");
}

TEST_CASE("what may be anything is not named", "[sniff]") {
  for (const std::string_view text :
       {"", "\n\n", "a line of words\nanother, with a comma\n", "yes    a b\nno    c\n",
        "no tab\nyes\ta\nno tab, either\n", "@someone said so\nand more\n"}) {
    INFO(text);
    CHECK(sniff(text).description == "");
  }
}

TEST_CASE("a file of another format is one error that names it and the setting", "[sniff]") {
  const TempFolder folder;
  const auto said = [&](const std::string& format, std::string_view contents) {
    return testing::errors_in(folder, testing::config_for(format), contents);
  };
  CHECK(said("tsv", "label,text\nyes,a\nno,b\n") ==
        "f: looks like CSV: commas between fields, but is read as data.format = \"tsv\"; set data.format to "
        "\"csv\"");
  CHECK(said("ts", "yes\ta\nno\tb\n") ==
        "f: looks like lines of label, tab, text, but is read as data.format = \"ts\"; set data.format to "
        "\"tsv\"");
  CHECK_THAT(said("tsv", "1\t0.5\t2\n2\t1\t2\n"),
             catch_matchers::StartsWith("f: looks like numeric series, a label and its values a line"));
  CHECK(said("tsv", "\xFF\xFE\0\0y\0\0\0"sv) ==
        "f: is UTF-32 text; convert it, for instance with iconv -f UTF-32 -t UTF-8");
  CHECK(said("tsv", widened("yes\ta\nno\tb\n", 0, 3)) ==
        "f: looks like UTF-32LE text, but is read as data.format = \"tsv\"; convert it, for instance with "
        "iconv -f "
        "UTF-32LE -t UTF-8");
  for (const char* format : {"tsv", "csv", "ucr"})
    CHECK(said(format, "label,t0,t1\n1,2,3\n2,0.5,4\n") ==
          fmt::format(
              "f: looks like a table of numbers, but is read as data.format = \"{}\"; set data.format to "
              "{{type = "
              "\"csv\", number_columns = [\"FIRST\", \"SECOND\"], label_column = \"LABEL\"}} with the names "
              "of its "
              "columns, as `orochi init f` writes it",
              format));
  CHECK(said("tsv", "art;b;c\nx;2,5;3\ny;0,5;4\n").starts_with("f: looks like a table of numbers"));
  CHECK(said("csv", "id,label,title\n1,2,a b\n2,1,c\n").starts_with("f:1: no column \"text\""));
  // A name says less than looks.
  const auto of_name = [&](const std::string& format, const std::string& name, std::string_view contents) {
    FileErrors errors(folder.write(name, contents));
    read_raw(testing::config_for(format), builtin_readers(), *new_task(), errors);
    return folder.without_path(errors.report());
  };
  CHECK(of_name("fasta", "f.csv", "a\nb\n")
            .starts_with("f.csv: is read as data.format = \"fasta\"; by its name it may be \"csv\""));
  CHECK(of_name("ucr", "f.tsv", "1\t2\tNaN\t4\n2\tNaN\t3\t4\n").starts_with("f.tsv:1: the value"));
  CHECK(said("tsv", "\x93NUMPY\x01" + std::string(80, '\0')) ==
        "f: is a NumPy array; write it as HDF5 with the datasets values, offsets and labels (data.format = "
        "\"hdf5\")");
  // A few lines that are wrong are no other format.
  CHECK(said("tsv", "yes\ta\nno, tab\nno\tb\n") == "f:2: no tab in \"no, tab\"; expected label<TAB>text");
}

TEST_CASE("a model's own format is named where a later file is of another one", "[sniff]") {
  const TempFolder folder;
  FileErrors errors(folder.write("f", "label,text\nyes,a\nno,b\n"), PathFrom::command_line);
  read_raw(testing::config_for("tsv"), builtin_readers(), *new_task(), errors);
  CHECK(folder.without_path(errors.report()) ==
        "f: looks like CSV: commas between fields, but is read as data.format = \"tsv\"; the model reads "
        "data.format = "
        "\"tsv\": convert the file to it, or add data.format=csv");
  FileErrors columns(folder.write("f", "review,mood\ngood bread,yes\n"), PathFrom::command_line);
  read_raw(testing::config_for("csv"), builtin_readers(), *new_task(), columns);
  CHECK_THAT(columns.report(),
             catch_matchers::EndsWith(
                 "add data.format.label_column=NAME, with one of them, behind the file's name"));
}
