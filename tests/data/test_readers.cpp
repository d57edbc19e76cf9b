// Readers from outside: what is checked of the records that they give, and that a file is asked for once.
#include <limits>

#include <orochi/reader.hpp>

#include "catch.hpp"
#include "temp_folder.hpp"

namespace {

using namespace orochi;
using Words = std::vector<std::string>;

/// Gives these records, whatever the file holds.
class Given : public Reader {
 public:
  explicit Given(std::vector<Record> records) : records_(std::move(records)) {}
  void read(DataFile& file) const override {
    for (const Record& record : records_) file.add(record);
  }
  bool is_text() const override { return records_.empty() || records_.front().channels == 0; }

 private:
  std::vector<Record> records_;
};

Record text(std::string words, std::string target = "a", Index line = 0) {
  Record record;
  record.texts = {std::move(words)};
  record.target = std::move(target);
  record.line = line;
  return record;
}

Record numbers(std::vector<float> values, Index channels) {
  Record record;
  record.values = std::move(values);
  record.channels = channels;
  record.target = "a";
  return record;
}

/// What a reader gives of these records, and in `path` what is wrong with them.
RawSplit given(std::vector<Record> records) {
  Readers readers;
  readers.add(
      {"given", "", {}, [&](const Settings&) { return std::make_unique<Given>(std::move(records)); }});
  FileErrors errors("f");
  RawSplit raw = read_raw(testing::config_for("given"), readers, *new_task(), errors);
  raw.path = plain_message(errors.report());
  return raw;
}

}  // namespace

TEST_CASE("records are kept as a reader gives them", "[readers]") {
  const RawSplit texts = given({text("one", "a", 3), text("two", "b", 7)});
  CHECK(texts.path.empty());
  CHECK(texts.texts == Words{"one", "two"});
  CHECK(texts.targets == Words{"a", "b"});
  CHECK(texts.lines == std::vector<Index>{3, 7});
  CHECK(texts.channels == 0);
  const RawSplit rows = given({numbers({1, 2, 3, 4}, 2), numbers({5, 6}, 2)});
  CHECK(rows.path.empty());
  CHECK(rows.values == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(rows.offsets == std::vector<Index>{0, 2, 3});
  CHECK(rows.channels == 2);
  CHECK(rows.lines.empty());
}

TEST_CASE("what is wrong with a stranger's record is said where it is", "[readers]") {
  CHECK(given({}).path == "f: no record; expected one or more");
  CHECK(given({text("a\xFFz", "a", 4)}).path ==
        "f:4: byte 2 of the text (0xff) is not valid UTF-8, or is NUL");
  CHECK(given({text(std::string("a\0", 2))}).path ==
        "f: sequence 0: byte 2 of the text (0x00) is not valid UTF-8, or is NUL");
  CHECK(given({text("x"), text(" \t")}).path ==
        "f: sequence 1: the text is empty; expected at least one character");
  CHECK(given({text("x", "\xFF", 2)}).path ==
        "f:2: label \"\\xff\" is not valid UTF-8; write it anew, or use integers");
  CHECK(given({text("x", "", 2)}).path == "f:2: the label is empty; expected a name");
  Record both = text("x");
  both.channels = 1;
  CHECK(given({both}).path == "f: sequence 0: expected either texts or numbers");
  CHECK(given({numbers({1, 2, 3}, 2)}).path ==
        "f: sequence 0: 3 numbers for 2 channels; expected one row or more");
  CHECK(given({numbers({}, 2)}).path == "f: sequence 0: 0 numbers for 2 channels; expected one row or more");
  CHECK(given({numbers({1, 2}, 2), numbers({1}, 1)}).path ==
        "f: sequence 1: 1 channel, but the first record has 2");
  CHECK(given({numbers({std::numeric_limits<float>::infinity()}, 1)}).path ==
        "f: sequence 0: a value is not finite; expected numbers of at most 3.4e38");
  Record two = text("x");
  two.texts.emplace_back("y");
  CHECK(given({text("x"), two}).path == "f: sequence 1: 2 texts, but the first record has 1");
}

TEST_CASE("a reader that gives other records than it says is found out", "[readers]") {
  class Liar : public Reader {
   public:
    explicit Liar(const Settings&) {}
    void read(DataFile& file) const override { file.add(text("x")); }
    bool is_text() const override { return false; }
  };
  Readers readers;
  readers.add<Liar>("liar", "");
  FileErrors errors("f");
  CHECK(testing::message_of([&] { read_raw(testing::config_for("liar"), readers, *new_task(), errors); }) ==
        "the reader \"liar\" gives texts, not what it says that it does");
}
