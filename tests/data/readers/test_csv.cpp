#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;

const DataConfig csv = testing::config_for("csv");

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
        "to one "
        "of them\n"
        "f:1: no column \"kind\" (data.format.label_column); the header has \"text\", \"label\"; set the key "
        "to one "
        "of them");
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
        "f:3: a quoted field is not closed before the end of the file; quotes inside are doubled");
  CHECK(testing::errors_in(folder, csv, header + "a,\"x\"y\na,x\n") ==
        "f:2: \"y\" follows a closing quote; expected a comma or the line's end");
  CHECK(testing::errors_in(folder, csv, header + "a,5\" disk\n") ==
        "f:2: a quote inside the plain field \"5\" disk\"; quote the field and double its quotes");
  CHECK(testing::errors_in(folder, csv, header + "a,x\n\nb,y\n\n") == "f:3: a blank line; expected a record");
  CHECK(testing::errors_in(folder, csv, header + "a,\"x\ny\xFF\"\n") ==
        "f:3:2: byte 0xff is not valid UTF-8; convert the file, for instance with iconv");
  CHECK(testing::errors_in(folder, csv, header) == "f: a header and nothing else; expected records below it");
  CHECK(testing::errors_in(folder, csv, "") == "f: the file is empty; expected labelled sequences");
}
