// Headers in places of records.
#include <algorithm>

#include "catch.hpp"
#include "column_outcome.hpp"

using namespace orochi;
using testing::load_columns;
using testing::message_of;
using testing::TempFolder;
using testing::times;

TEST_CASE("a header among the records is an error", "[columns]") {
  CHECK_THAT(load_columns("Label\tText\nyes\ta b\nno\tc d\n").error,
             catch_matchers::StartsWith(
                 "t:1: \"Label\", \"Text\" look like a header, not like a record; remove the line, "
                 "or set data.format to {type = \"csv\", delimiter = \"\\t\"}"));
  CHECK_THAT(load_columns("label,text\nlabel,text\nyes,a b\nno,c d\n", "csv").error,
             catch_matchers::StartsWith("t:2: \"label\", \"text\" look like a header"));
  const std::string records = times("gut\tein Satz\nschlecht\tnoch einer\n", 3);
  for (const std::string& both : {records + "label\ttext\n" + records, records + "label\ttext\n"})
    CHECK_THAT(load_columns(both).error,
               catch_matchers::StartsWith("t:7: \"label\", \"text\" look like a header"));
  const std::string twice = load_columns("label\ttext\n" + records + "label\ttext\n" + records).error;
  CHECK_THAT(twice, catch_matchers::StartsWith("t:1: \"label\", \"text\" look like a header"));
  CHECK(twice.find("t:8: \"label\"") != std::string::npos);
  // A label that occurs again is one.
  CHECK(load_columns("tag\ttext\nlink\ta b\ntag\tc d\n").error.substr(0, 3) != "t:1");
}

TEST_CASE("a first line whose label alone is not used again is noted as a likely header", "[columns]") {
  const std::string records = times("gut\tein Satz\nschlecht\tnoch einer\n", 6);
  const std::string note =
      "t:1: the first line looks like a header (\"klasse\", \"bericht\"): no other record has its label, and "
      "every "
      "other label comes again; if it is one, remove the line";
  const auto notes = [](const std::string& contents) { return load_columns(contents).notes; };
  CHECK(std::ranges::count(notes("klasse\tbericht\n" + records), note) == 1);
  const auto is_noted = [&](const std::string& contents) {
    return std::ranges::any_of(
        notes(contents), [](const std::string& one) { return one.find("header") != std::string::npos; });
  };
  CHECK_FALSE(is_noted(records));
  CHECK_FALSE(is_noted("klasse\tbericht\n" + records + "klasse\tnoch ein Satz\n"));
  CHECK_FALSE(
      is_noted("klasse\tbericht\n" + records + "selten\tnoch ein Satz\n"));  // rare labels are usual here
  CHECK_FALSE(is_noted("klasse\tein Satz, der laenger als ein Name ist\n" + records));
  // What labels are called is none.
  for (const std::string label : {"label", "#label", "y", "id", "\"class\""})
    CHECK_THAT(load_columns(label + "\tthe text of the review, however long\n" + records).error,
               catch_matchers::StartsWith("t:1: the first line looks like a header (\""));
  CHECK(load_columns("y\tthe text\nn\tanother\n" + records).error.find("header") == std::string::npos);
}

TEST_CASE("each file's first line may be a header", "[columns]") {
  const TempFolder folder;
  const std::string records = times("gut\tein Satz\nschlecht\tnoch einer\n", 6);
  const auto message = [&](const std::string& first, const std::string& second) {
    folder.write("a", first + records), folder.write("b", second + records);
    DataConfig config = testing::config_for("tsv");
    config.train.files = {"a", "b"};
    config.validation_fraction = 0.5;
    std::vector<std::string> notes;
    std::string all = message_of([&] {
      notes = load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(),
                        *new_task("classification"))
                  .notes;
    });
    for (const std::string& note : notes) all += note + "\n";
    return folder.without_path(all);
  };
  CHECK(message("", "label\twas gesagt wurde, so lang es ist\n").find("b:1: the first line looks like") !=
        std::string::npos);
  CHECK(message("", "label\ttext\n").find("b:1: \"label\", \"text\" look like") != std::string::npos);
  const std::string both = message("klasse\tbericht\n", "klasse\tbericht\n");
  CHECK(both.find("a:1: the first line looks like") != std::string::npos);
  CHECK(both.find("b:1: the first line looks like") != std::string::npos);
  CHECK(message("", "").find("header") == std::string::npos);
}
