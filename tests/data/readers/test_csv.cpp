#include "../hostile.hpp"
#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;

const DataConfig csv = testing::config_for("csv");

std::string not_closed(const std::string& location) {
  return location +
         ": a quoted field begins here and is not closed before the end of the file; close it, or set "
         "data.format.quotes = false if no field of the file is quoted";
}

}  // namespace

TEST_CASE("a CSV file is read as RFC 4180 has it", "[csv]") {
  const TempFolder folder;
  const RawSplit raw = testing::read_back(folder, csv,
                                          "\xEF\xBB\xBFid,\"text\",label\r\n"
                                          "1,plain text,a\r\n"
                                          "2,\"with, comma and \"\"quotes\"\"\",b\r\n"
                                          "3,\"two\r\nlines\",a\n"
                                          ",last,\"b\"");
  CHECK(raw.path == "f");
  CHECK(raw.texts ==
        std::vector<std::string>{"plain text", "with, comma and \"quotes\"", "two\r\nlines", "last"});
  CHECK(raw.targets == std::vector<std::string>{"a", "b", "a", "b"});
  CHECK(raw.lines == std::vector<Index>{2, 3, 4, 6});
}

TEST_CASE("the columns are found by the names in the config", "[csv]") {
  const TempFolder folder;
  DataConfig config = csv;
  config.format.options = {{"text_columns", std::vector<std::string>{"body"}}, {"label_column", "kind"}};
  const RawSplit raw = testing::read_back(folder, config, "kind,x,body\na,1,t\n");
  CHECK(raw.texts == std::vector<std::string>{"t"});
  CHECK(raw.targets == std::vector<std::string>{"a"});
  CHECK(testing::errors_in(folder, config, "text,label\nx,\n") ==
        "f:1: no column \"body\" (data.format.text_columns); the header has \"text\", \"label\"; set the key "
        "to one of them in the config, or rename the column in the file\n"
        "f:1: no column \"kind\" (data.format.label_column); the header has \"text\", \"label\"; set the key "
        "to one of them in the config, or rename the column in the file");
  CHECK(testing::errors_in(folder, config, "kind,body,body\nx,y,z\n") ==
        "f:1: column \"body\" (data.format.text_columns) is in the header twice; rename one");
}

TEST_CASE("what is wrong with a record is said where it starts", "[csv]") {
  const TempFolder folder;
  const std::string header = "label,text\n";
  CHECK(testing::errors_in(folder, csv, header + "a,\"x\ny\"\na\na,b,c\na,x,\n") ==
        "f:4: 1 field, but the header has 2; fields with commas must be quoted\n"
        "f:5: 3 fields, but the header has 2; fields with commas must be quoted\n"
        "f:6: 3 fields, but the header has 2; fields with commas must be quoted");
  CHECK(testing::errors_in(folder, csv, header + "a,\" \n \"\n,x\n") ==
        "f:2: the text is empty; expected at least one character\nf:4: the label is empty; expected a name");
  CHECK(testing::errors_in(folder, csv, header + "a,x\na,\"never\nclosed") ==
        not_closed("f:3") + "\nf:4: 1 field, but the header has 2; fields with commas must be quoted");
  CHECK(testing::errors_in(folder, csv, header + "a,\"x\"y\na,x\n") ==
        "f:2: \"y\" follows a closing quote; expected a comma or the line's end");
  CHECK(testing::errors_in(folder, csv, header + "a,5\" disk\n") ==
        "f:2: a quote inside the plain field \"5\" disk\"; quote the field and double its quotes, or set "
        "data.format.quotes = false if no field of the file is quoted");
  CHECK(testing::errors_in(folder, csv, header + "a,x\n\nb,y\n\n") == "f:3: a blank line; expected a record");
  CHECK(testing::errors_in(folder, csv, header + "a,\"x\ny\xFF\"\n") ==
        "f:3:2: byte 0xff is not valid UTF-8; set data.encoding to \"latin-1\" or \"cp1252\", or convert the "
        "file, for instance with iconv");
  CHECK(testing::errors_in(folder, csv, header) == "f: a header and nothing else; expected records below it");
  CHECK(testing::errors_in(folder, csv, "") == "f: the file is empty; expected labelled sequences");
}

TEST_CASE("a quote too many takes no line but its own", "[csv]") {
  const TempFolder folder;
  const std::string header = "label,text\n", good = "a,\"two\nlines\"\n";
  CHECK(testing::errors_in(folder, csv, header + good + "a,\"open\nb,x\nb,y\na\n") ==
        not_closed("f:4") + "\nf:7: 1 field, but the header has 2; fields with commas must be quoted");
  CHECK(
      testing::errors_in(folder, csv, header + "a,\"open\nb,x\n" + good) ==
      "f:2: \"two\" follows a closing quote in line 4, of a field that begins here; expected a comma or the "
      "line's end");
  CHECK(testing::errors_in(folder, csv, header + "a,\"two\nlines\",\"open\nb,x\n") == not_closed("f:3"));
}

TEST_CASE("columns are counted where there is no header", "[csv]") {
  const TempFolder folder;
  DataConfig config = csv;
  config.format.options = {{"header", false},
                           {"label_column", "3"},
                           {"text_columns", std::vector<std::string>{"1"}},
                           {"group_column", "2"}};
  const RawSplit raw = testing::read_back(folder, config, "x,g,a\n\"y\nz\",h,b\n");
  CHECK(raw.path == "f");
  CHECK(raw.texts == std::vector<std::string>{"x", "y\nz"});
  CHECK(raw.targets == std::vector<std::string>{"a", "b"});
  CHECK(raw.groups == std::vector<std::string>{"g", "h"});
  CHECK(raw.lines == std::vector<Index>{1, 2});
  CHECK(testing::errors_in(folder, config, "x,g,a\ny,h\n") ==
        "f:2: 2 fields, but line 1 has 3; fields with commas must be quoted");
  CHECK(testing::errors_in(folder, config, "x,g\n") ==
        "f:1: no column 3 (data.format.label_column); line 1 has 2 fields; set the key to one of them, or "
        "data.format.delimiter to what is between them");
  for (const char* name : {"label", "0", "-1", "1x", "", "99999999999999999999"}) {
    config.format.options["label_column"] = name;
    CHECK_THAT(testing::message_of([&] { testing::errors_in(folder, config, "x,g,a\n"); }),
               Catch::Matchers::StartsWith("data.format.header is false, but a column is named \"" +
                                           std::string(name) + "\"; allowed then: column numbers from 1"));
  }
}

TEST_CASE("a file whose header is missing is told from one with other names", "[csv]") {
  const TempFolder folder;
  const std::string remedy =
      ", not like a header with the columns \"label\", \"text\"; set data.format.header = false and name "
      "columns by "
      "number, as in data.format.label_column = \"1\", or put a line \"label,text\" above";
  CHECK(testing::errors_in(folder, csv, "tea,green leaves\ncoffee,dark beans\ntea,a hot pot\n") ==
        "f:1: line 1 looks like a record (\"tea\", \"green leaves\")" + remedy);
  CHECK(testing::errors_in(folder, csv, "\"1.5\",\"the soup\"\n2,bread\n") ==
        "f:1: line 1 looks like a record (\"1.5\", \"the soup\")" + remedy);
  CHECK_THAT(testing::errors_in(folder, csv, "stars,review\n1,x\n1,y\n"),
             Catch::Matchers::Contains("the header has \"stars\", \"review\"; set the key to one of them"));
  // One of the names is there, and "x" is a label too.
  CHECK_THAT(testing::errors_in(folder, csv, "x,text\nx,a\ny,b\n"),
             Catch::Matchers::StartsWith("f:1: no column \"label\" (data.format.label_column)"));
}

TEST_CASE("TSV with named columns is CSV with tabs", "[csv]") {
  const TempFolder folder;
  for (const char* delimiter : {"\t", "\\t"}) {
    DataConfig config = csv;
    config.format.options = {{"delimiter", delimiter}};
    const RawSplit raw = testing::read_back(folder, config, "id\ttext\tlabel\n1\ta, \"b\tx\n2\tc\ty\n");
    CHECK_THAT(raw.path, Catch::Matchers::StartsWith("f:2: a quote inside the plain field"));
    CHECK(testing::errors_in(folder, config, "text\tlabel\na\tb\tc\n\"d\" e\tf\n") ==
          "f:2: 3 fields, but the header has 2; fields with tabs must be quoted\n"
          "f:3: \" e\" follows a closing quote; expected a tab or the line's end");
    config.format.options["quotes"] = false;
    const RawSplit plain = testing::read_back(folder, config, "id\ttext\tlabel\n1\t\"a, \"b\tx\n2\tc\ty\n");
    CHECK(plain.path == "f");
    CHECK(plain.texts == std::vector<std::string>{"\"a, \"b", "c"});
    CHECK(plain.targets == std::vector<std::string>{"x", "y"});
    CHECK(testing::errors_in(folder, config, "text\tlabel\na\tb\tc\n") ==
          "f:2: 3 fields, but the header has 2; expected as many in every line");
  }
}

TEST_CASE("no bytes break the CSV reader", "[csv]") {
  testing::read_mutations(csv, {"label,text\n1,\"a \"\"b\"\"\"\r\n2,c\n\n", "label,text\n\"x\",y\n"});
  DataConfig config = csv;
  config.format.options = {
      {"header", false}, {"label_column", "1"}, {"text_columns", std::vector<std::string>{"2"}}};
  testing::read_mutations(config, {"1,\"a \"\"b\"\"\"\r\n2,c\n\n"}, 800);
}

TEST_CASE("a header is not taken for a record where header = false", "[csv]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("csv");
  config.format.options = {
      {"header", false}, {"label_column", std::string("3")}, {"text_columns", std::vector<std::string>{"2"}}};
  const auto errors = [&](const std::string& text) { return testing::errors_in(folder, config, text); };
  const std::string expected =
      "f:1: line 1 looks like a header (\"id\", \"words\", \"mood\"), not like a record; set "
      "data.format.header = true and name the columns by it, or remove the line";
  CHECK(errors("id,words,mood\n1,so good,a\n2,so bad,b\n3,so so,b\n") == expected);
  CHECK_THAT(errors("no,text,label\nx,so good,a\ny,so bad,b\n"),
             Catch::Matchers::StartsWith("f:1: line 1 looks like a header"));
  CHECK(errors("1,so good,a\n2,so bad,b\n3,so so,b\n").empty());
  CHECK(errors("x,so good,a\n2,so bad,b\n3,so so,a\n4,well,a\n").empty());  // its label comes again
  CHECK(errors("x,so good,a\ny,so bad,b\nz,so so,c\n").empty());
}
