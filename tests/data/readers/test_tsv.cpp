#include <unistd.h>

#include "../temp_folder.hpp"
#include "catch.hpp"
#include "data/child_process.hpp"
#include "heap.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;

const DataConfig tsv = testing::config_for("tsv");

}  // namespace

TEST_CASE("a byte order mark and nothing else is an empty file", "[tsv]") {
  const TempFolder folder;
  for (const char* format : {"tsv", "csv", "ts"})
    CHECK(testing::errors_in(folder, testing::config_for(format), "\xEF\xBB\xBF") ==
          "f: the file is empty; expected labelled sequences");
}

TEST_CASE("a TSV file is read line by line", "[tsv]") {
  const TempFolder folder;
  const RawSplit raw = testing::read_back(folder, tsv, "\xEF\xBB\xBFn\tACGT\r\nei\t\"a\" b \nie\tsüß");
  CHECK(raw.path == "f");
  CHECK(raw.targets == std::vector<std::string>{"n", "ei", "ie"});
  CHECK(raw.texts == std::vector<std::string>{"ACGT", "\"a\" b ", "süß"});
  CHECK(raw.lines == std::vector<Index>{1, 2, 3});
  CHECK(raw.channels == 0);
  CHECK(raw.location(1) == "f:2");
}

TEST_CASE("blank lines at the end of a TSV file are fine, others are not", "[tsv]") {
  const TempFolder folder;
  CHECK(testing::read_back(folder, tsv, "a\tx\nb\ty\n\n\r\n").targets.size() == 2);
  CHECK(testing::errors_in(folder, tsv, "a\tx\n\n\r\nb\ty\n") ==
        "f:2: a blank line; expected label<TAB>text\nf:3: a blank line; expected label<TAB>text");
  CHECK(testing::errors_in(folder, tsv, "\n\n") == "f: nothing but blank lines; expected label<TAB>text");
}

TEST_CASE("what is wrong with a line of a TSV file is said", "[tsv]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, tsv, "a\tx\nno tab here\n") ==
        "f:2: no tab in \"no tab here\"; expected label<TAB>text");
  CHECK(testing::errors_in(folder, tsv, "a\tx\ty\n") ==
        "f:1:4: a second tab; expected label<TAB>text, with blanks for tabs in the text");
  CHECK(testing::errors_in(folder, tsv, "a\t \xC2\xA0\n\tx\n") ==
        "f:1:3: the text is empty; expected at least one character\nf:2:1: the label is empty; expected a "
        "name");
  CHECK(testing::errors_in(folder, tsv, "a\tx\na\tx\xFFz\xFF\n") ==
        "f:2:4: byte 0xff is not valid UTF-8; set data.encoding to \"latin-1\" or \"cp1252\", or convert the "
        "file, for instance with iconv");
  CHECK(testing::errors_in(folder, tsv, std::string_view("a\tx\0\n", 5)) ==
        "f:1:4: a NUL byte; expected text: is this a binary file?");
  CHECK(testing::errors_in(folder, tsv, "a\x01\tx\n") ==
        "f:1:1: label \"a\\x01\" holds a control character; remove it");
}

TEST_CASE("the first 20 errors are shown in the order of lines, and how many follow", "[tsv]") {
  const TempFolder folder;
  std::string contents;
  for (int line = 1; line <= 1024; ++line) contents += line == 3 ? "a\t\xFF\n" : "a\t\n";
  std::string expected;
  for (int line = 1; line <= 20; ++line) {
    const std::string place = "f:" + std::to_string(line);
    expected += line == 3 ? place +
                                ":3: byte 0xff is not valid UTF-8; set data.encoding to \"latin-1\" or "
                                "\"cp1252\", or convert the file, for instance with iconv\n"
                          : place + ":3: the text is empty; expected at least one character\n";
  }
  CHECK(testing::errors_in(folder, tsv, contents) == expected + "f: and 1,004 more");
}

TEST_CASE("errors that are not shown are counted and take no memory", "[errors]") {
  FileErrors errors("f");
  const std::string what(100'000, 'x');
  const double before = heap_in_use();
  for (Index line = 3000; line > 2000; --line) errors.add(what, line);
  const double taken = heap_in_use() - before;
  if (heap_is_counted()) CHECK(taken < 20e6);  // 1,000 messages would be 100 million
  CHECK(errors.shows_line(1));
  CHECK_FALSE(errors.shows_line(2020));
  for (Index line = 1; line <= 20; ++line) errors.add("first", line);
  errors.add("second", 20);
  CHECK_FALSE(errors.shows_sequence(19));
  errors.add("whole");
  CHECK(plain_message(errors.report()).starts_with("f: whole\nf:1: first\nf:2: first\n"));
  CHECK(plain_message(errors.report()).ends_with("f:18: first\nf:19: first\nf: and 1,002 more"));
}

TEST_CASE("long and strange values are quoted so that they can be read", "[errors]") {
  CHECK(quote("a\tb\xC3\xA4\xFF\x7F") == "\"a\\x09b\xC3\xA4\\xff\\x7f\"");
  CHECK(quote(std::string(100, 'x')) == "\"" + std::string(60, 'x') + "...\"");
  CHECK(quote(std::string(59, 'x') + "\xC3\xA4z") == "\"" + std::string(59, 'x') + "\xC3\xA4...\"");
  CHECK(quote_list(std::vector<std::string>{"a", "b"}) == "\"a\", \"b\"");
  CHECK(quote_list(std::vector<std::string>(14, "a")).ends_with("\"a\" and 2 more"));
}

TEST_CASE("numbers in messages", "[errors]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(-123456) == "-123,456");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(counted(1, "row") == "1 row");
  CHECK(counted(2000, "row") == "2,000 rows");
}

TEST_CASE("a file that cannot be read is said", "[tsv]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, tsv, "") == "f: the file is empty; expected labelled sequences");
  FileErrors missing(folder.file("none.tsv"));
  read_raw(tsv, builtin_readers(), *new_task(), missing);
  CHECK(folder.without_path(missing.report()) ==
        "none.tsv: no such file; paths in a config are relative to the config's folder");
  std::filesystem::create_directory(folder.file("d"));
  FileErrors directory(folder.file("d"));
  read_raw(tsv, builtin_readers(), *new_task(), directory);
  CHECK(folder.without_path(directory.report()) == "d: is a folder; expected a file");
}

TEST_CASE("a file in a folder that may not be entered is not called missing", "[tsv]") {
  const TempFolder folder;
  std::filesystem::create_directory(folder.file("locked"));
  const std::string path = folder.write("locked/f.tsv", "a\tx\n");
  std::filesystem::permissions(folder.file("locked"), std::filesystem::perms::none);
  std::string report;
  // The superuser may enter: the child becomes nobody, who may not even enter the temporary folder.
  const auto read_as_nobody = [&](Sender& sender) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) return;
    FileErrors errors(path);
    read_raw(tsv, builtin_readers(), *new_task(), errors);
    sender.text(plain_message(errors.report()));
  };
  run_in_child(5, read_as_nobody, [&](Receiver& receiver) { return receiver.text(report); });
  std::filesystem::permissions(folder.file("locked"), std::filesystem::perms::owner_all);
  CHECK(folder.without_path(report) == "locked/f.tsv: cannot be opened: Permission denied");
}

TEST_CASE("an unknown format is an error", "[tsv]") {
  FileErrors errors("x");
  CHECK(testing::message_of([&] {
          read_raw(testing::config_for("parquet"), builtin_readers(), *new_task(), errors);
        }) == "\"parquet\" is not registered in this program");
}
