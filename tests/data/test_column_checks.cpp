// What is seen only where a whole column is looked at.
#include <algorithm>

#include <orochi/dataset.hpp>
#include <orochi/error.hpp>

#include "catch.hpp"
#include "column_outcome.hpp"
#include "data/label_form.hpp"

using namespace orochi;
using testing::load_columns;
using testing::message_of;
using testing::TempFolder;
using testing::times;

TEST_CASE("columns that look swapped are an error that says how to turn them", "[columns]") {
  const std::string swapped = "warm and rich\t1\ncold and thin\t0\ngood bread\t1\nstale bread\t0\n";
  CHECK_THAT(
      load_columns(swapped).error,
      catch_matchers::StartsWith(
          "t:1: label and text look swapped: 4 different labels of several words, such as \"warm and rich\", "
          "but "
          "2 different texts of one word each, such as \"1\"; the label comes first: exchange the columns"));
  CHECK_THAT(
      load_columns("label,text\nwarm and rich,1\ncold and thin,0\ngood bread,1\nstale bread,0\n", "csv")
          .error,
      catch_matchers::Contains("exchange data.format.label_column and data.format.text_columns"));
  CHECK_THAT(
      load_columns(
          "{\"label\": \"warm and rich\", \"text\": \"1\"}\n{\"label\": \"cold and thin\", \"text\": \"0\"}\n"
          "{\"label\": \"good bread\", \"text\": \"1\"}\n{\"label\": \"stale bread\", \"text\": \"0\"}\n",
          "jsonl")
          .error,
      catch_matchers::Contains("exchange data.format.label_key and data.format.text_keys"));
  CHECK(load_columns(times("a\tyes\nb\tno\nc\tno\nd\tyes\n", 3))
            .notes_have(
                "2 different texts cannot tell 4 labels apart, as \"yes\" and \"a\" (t:1): if label and text "
                "are swapped, the label comes first: exchange"));
  // As many texts as labels, or labels of one word: names of towns may have two.
  CHECK(load_columns(times("New York\tnyc\nLos Angeles\tla\n", 2)).error.substr(0, 3) != "t:1");
  CHECK(load_columns(times("a\tyes\nb\tno\nc\tyes\n", 2)).error.substr(0, 3) != "t:1");
}

TEST_CASE("labels that are many numbers are asked about", "[columns]") {
  std::string halves, once, classes;
  for (int i = 0; i < 24; ++i) {
    halves += std::to_string(i % 12) + ".5\ta b" + std::to_string(i) + "\n";
    once += std::to_string(i) + "\ta b\n";
    classes += std::to_string(i % 2) + "\ta b" + std::to_string(i) + "\n";
  }
  CHECK(load_columns(halves).notes_have(
      "the labels are 12 different numbers, first \"0.5\" (t:1): if they are quantities"));
  CHECK_THAT(
      load_columns(once).error,
      catch_matchers::StartsWith("t:1: the labels are 24 different numbers, first \"0\": if they are"));
  std::string dates, names;
  for (int i = 0; i < 24; ++i) {
    dates += std::to_string(2000 + i % 12) + "-01-05\ta b" + std::to_string(i) + "\n";
    names += "n" + std::to_string(i) + "\ta b\n";
  }
  CHECK(load_columns(dates).notes_have(
      "the labels are 12 different ones of one form, first \"2000-01-05\" (t:1): if they are "
      "quantities to be predicted, write them as plain numbers and set task = \"regression\""));
  CHECK_FALSE(load_columns(times(dates, 2)).notes_have("of one form"));
  CHECK(load_columns(names).error ==
        "t:1: the labels are 24 different ones in as many records, first \"n0\": no class can be "
        "learned from one record each");
  CHECK_FALSE(load_columns(names + names).notes_have("of one form"));
  CHECK_FALSE(load_columns(classes).notes_have("different numbers"));
  CHECK_FALSE(load_columns(halves, "tsv", "regression").notes_have("different numbers"));
}

TEST_CASE("hundreds of numbers are no classes", "[columns]") {
  std::string hundreds, fewer;
  for (int i = 0; i < 240; ++i) {
    hundreds += std::to_string(i % 120) + "\ta b" + std::to_string(i) + "\n";
    fewer += std::to_string(i % 90) + "\ta b" + std::to_string(i) + "\n";
  }
  CHECK_THAT(
      load_columns(hundreds).error,
      catch_matchers::StartsWith("t:1: the labels are 120 different numbers, first \"0\": if they are "
                                 "quantities to be predicted, set task = \"regression\"; if they are names"));
  CHECK(load_columns(fewer).notes_have("the labels are 90 different numbers"));
}

TEST_CASE("words where numbers are to be predicted are one error", "[columns]") {
  const auto error = [](const std::string& contents) {
    const TempFolder folder;
    return testing::errors_in(folder, testing::config_for("tsv"), contents, "regression");
  };
  CHECK(error(times("cat\ta b\ndog\tc\n", 30) + "1.5\td\n") ==
        "f: 60 of 61 targets are not numbers, first \"cat\" in line 1; set task = \"classification\" where "
        "they "
        "are names of classes, or name the column of numbers in data.format");
  // A few among numbers are mended one by one.
  CHECK(error("1\ta\nx\tb\n2\tc\ny\td\n3\te\n") ==
        "f:2:1: the target \"x\" is not a number; expected one like -1.5 or 2e-3\n"
        "f:4:1: the target \"y\" is not a number; expected one like -1.5 or 2e-3");
}

TEST_CASE("marks about labels and flags in place of them are noted", "[columns]") {
  CHECK(load_columns("\"yes\"\t\"a b\"\n\"no\"\t\"c\"\n")
            .notes_have("every label is between \" and \", first \"\"yes\"\" (t:1), "));
  CHECK(load_columns("['x', 'y']\ta b\n['x']\tc\n", "tsv", "multi_label")
            .notes_have("between [ and ], first \"['x', 'y']\" (t:1)"));
  CHECK_FALSE(load_columns("(a)\ta b\n(b\tc\n").notes_have("every label is"));
  CHECK(load_columns("1,0,1\ta b\n0,1,0\tc\n", "tsv", "multi_label")
            .notes_have("every target is like \"1,0,1\" (t:1), which is read as the labels 0 and 1"));
  CHECK_FALSE(load_columns("1,0\ta b\n1\tc\n", "tsv", "multi_label").notes_have("every target is"));
}

TEST_CASE("numbers that are all the same are an error", "[columns]") {
  CHECK(load_columns("7\ta b\n7\tc\n", "tsv", "regression").error ==
        "t: every target is \"7\": there is nothing to learn; expected two different ones or more");
}

TEST_CASE("labels that programs write for none are an error, words for it are noted", "[columns]") {
  CHECK(load_columns("yes\ta b\nnan\tc\nno\td\nnan\te\n")
            .error.starts_with("t:2: the label is \"nan\", which says that it is missing"));
  CHECK(load_columns("yes\ta b\nNA\tc\nno\td\n")
            .notes_have(
                "label \"NA\" is a class, first t:2: if it says that there is none, leave such records out"));
  CHECK(load_columns("?\ta b\n!\tc\n").error == "no error");
}

TEST_CASE("labels that look alike are an error that names both", "[columns]") {
  CHECK_THAT(load_columns("caf\xC3\xA9\ta b\nno\tc\ncafe\xCC\x81\td e\n").error,
             catch_matchers::StartsWith("t:3: label \"cafe\\u{0301}\" looks like \"caf\\u{00e9}\" (t:1), but "
                                        "has other characters; write both alike"));
  CHECK_THAT(load_columns("so so\ta b\nno\tc\nso\xC2\xA0so\td e\nn\xE2\x80\x8Bo\tf\n").error,
             catch_matchers::StartsWith("t:3: label \"so\\u{00a0}so\" looks like \"so so\" (t:1), but has "
                                        "other characters; write both alike\n"
                                        "t:4: label \"n\\u{200b}o\" looks like \"no\" (t:2)"));
}

TEST_CASE("a label with something unseen at an end is refused with line and byte", "[columns]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, testing::config_for("tsv"),
                           "good\xC2\xA0\ta\ngood\tb\n\xE2\x80\x8B"
                           "bad\tc\n\xC3\xA9t\xC3\xA9\td\n") ==
        "f:1:1: label \"good\\u{00a0}\" begins or ends with an invisible character; remove it\n"
        "f:3:1: label \"\\u{200b}bad\" begins or ends with an invisible character; remove it");
}

TEST_CASE("the form of a label is composed and without what cannot be seen", "[columns]") {
  CHECK(visible_form("e\xCC\x81\xC2\xAD \xE3\x80\x80x\xE2\x80\x89") == "\xC3\xA9 x");
  CHECK(visible_form("Yes") == "Yes");
  CHECK(visible_form("\u0451") == visible_form("\u0435\u0308"));  // a Cyrillic letter, composed or not
  CHECK(visible_form("\u0441\u0435") == "ce");
  CHECK(visible_form("") == "");
}

TEST_CASE("texts that the tokenizer does not cut are noted", "[columns]") {
  const TempFolder folder;
  DataConfig config = testing::config_for("tsv");
  config.train = "t";
  config.validation = "v";
  folder.write("t", "a\tACGTAC\nb\tGGTACA\n");
  folder.write("v", "a\tACGTTT\nb\tGGTACA\n");
  const auto notes_with = [&](const std::string& tokenizer) {
    config.tokenizer.type = tokenizer;
    testing::ColumnOutcome outcome;
    outcome.notes =
        load_data(config, folder.path(), 1, builtin_readers(), builtin_tokenizers(), *new_task()).notes;
    return outcome;
  };
  CHECK(notes_with("word").notes_have(
      "every text is a single token of data.tokenizer = \"word\"; for such text set"));
  CHECK_FALSE(notes_with("char").notes_have("token of"));
  config.max_length = 1;
  CHECK_FALSE(notes_with("word").notes_have("token of"));
  config.max_length = DataConfig().max_length;
  folder.write("v", "a\tACGTTT\nb\tGGTTTT\n");
  CHECK(notes_with("word").notes_have(
      "and 100 % of the validation set's tokens are unknown to the vocabulary; for such "
      "text set data.tokenizer = \"char\""));
  folder.write("t", "a\tone two\nb\tthree four\n");
  folder.write("v", "a\tfive two six\n");
  CHECK(notes_with("word").notes_have("67 % of the validation set's tokens are unknown"));
  folder.write("v", "a\tfive two one\n");
  CHECK_FALSE(notes_with("word").notes_have("validation set's tokens are unknown"));
}

TEST_CASE("labels that differ in case alone are noted with their first lines", "[columns]") {
  const testing::ColumnOutcome two =
      load_columns("BAD\twarm\nbad\tcold\nBAD\tstale\nbad\tgood\ngood\tthin\n");
  CHECK(two.notes_have(
      "labels \"bad\" (t:2) and \"BAD\" (t:1) differ in case alone and are two classes; write both "
      "alike if they are one"));
  std::string many;
  for (const std::string label : {"a", "b", "c", "d", "e"})
    many += label + "\tx y\n" + std::string(1, static_cast<char>(label[0] - 32)) + "\ty z\n";
  const testing::ColumnOutcome five = load_columns(many);
  CHECK(five.notes_have("labels \"C\" (t:6) and \"c\" (t:5) differ in case alone"));
  CHECK_FALSE(five.notes_have("label \"D\""));
  CHECK(five.notes_have("and 2 labels more in another case"));
  CHECK_FALSE(load_columns("bad\twarm\ngood\tcold\nbad\tthin\n").notes_have("another case"));
  CHECK(load_columns("a,B\tx y\nb\ty z\n", "tsv", "multi_label")
            .notes_have("labels \"b\" (t:2) and \"B\" (t:1) differ"));
  CHECK(load_columns("O B-x\ta b\nO b-x\tb a\n", "tsv", "token_labels")
            .notes_have("labels \"b-x\" (t:2) and \"B-x\" (t:1) differ"));
}

TEST_CASE("labels that another separator holds together are noted", "[columns]") {
  const std::string bars = "a|b\tx y\nb|c\ty z\nc\tx z\na|c\tx\n";
  CHECK(load_columns(bars, "tsv", "multi_label")
            .notes_have("no record has more than one label, but the labels of 3 of 4 hold a \"|\", first "
                        "\"a|b\" (t:1): if "
                        "it is between labels, set task.separator = \"bar\""));
  CHECK(
      load_columns("rock music\tx y\npop music\ty z\nfolk\tx z\n", "tsv", "multi_label")
          .notes_have(
              "the labels of 2 of 3 hold a blank, first \"rock music\" (t:1): if it is between labels, set"));
  CHECK_FALSE(load_columns("rock music\tx y\npop\ty z\nfolk\tx z\n", "tsv", "multi_label")
                  .notes_have("holds a blank"));
  CHECK_FALSE(load_columns(bars + "a,b\tz\n", "tsv", "multi_label").notes_have("more than one label"));
  CHECK_FALSE(load_columns(bars).notes_have("more than one label"));
}

TEST_CASE("a comma that may be a decimal one is noted", "[columns]") {
  const std::string all = "1,37\tx y\n-2,5\ty z\n10,0\tx z\n";
  CHECK(
      load_columns(all, "tsv", "regression")
          .notes_have(
              "every target is like \"1,37\" (t:1), which is read as two numbers: if its comma is a decimal "
              "one, write a point for it"));
  CHECK(load_columns(times(all, 2))
            .notes_have("every label is like \"1,37\" (t:1), which is read as the name of a class"));
  CHECK_FALSE(load_columns(all + "1.5,2\ty\n", "tsv", "regression").notes_have("decimal"));
  CHECK_FALSE(load_columns(all, "tsv", "multi_label").notes_have("decimal"));
  const std::string lists = "{\"text\": \"x\", \"label\": [1, 37]}\n{\"text\": \"y\", \"label\": [2, 5]}\n";
  CHECK_FALSE(load_columns(lists, "jsonl", "regression").notes_have("decimal"));
}

TEST_CASE("texts that are series of numbers are noted", "[columns]") {
  const std::string all = times("a\t0.12 -0.45 3\nb\t1,2,3e2\n", 15);
  CHECK(load_columns(all).notes_have(
      "the texts are numbers, first \"0.12 -0.45 3\" (t:1), which are read as words"));
  CHECK(load_columns(all + "a\twords\n").notes_have("the texts are numbers"));
  CHECK_FALSE(load_columns(all + times("a\twords of a text\n", 3)).notes_have("the texts are numbers"));
  CHECK_FALSE(load_columns(times("a\t1 2\nb\t3\n", 9)).notes_have("the texts are numbers"));
}

TEST_CASE("a file that is evaluated is looked at as a whole, too", "[columns]") {
  const TempFolder folder;
  const auto error = [&](const std::string& contents, const std::string& format = "tsv") {
    const DataConfig config = testing::config_for(format);
    const auto task = new_task();
    task->fit(std::vector<std::string>{"good", "bad", "1", "2", "3"});
    Preprocessing preprocessing;
    preprocessing.tokenizer = test::word_tokenizer({"<unk>", "warm"});
    const std::string path = folder.write("t", contents);
    std::vector<std::string> notes;
    return folder.without_path(
        message_of([&] { load_file(config, builtin_readers(), preprocessing, *task, Paths(path), notes); }));
  };
  CHECK(error("good\twarm\nbad\tcold\n") == "no error");
  CHECK_THAT(error("label\ttext\ngood\twarm\nbad\tcold\n"),
             catch_matchers::StartsWith("t:1: \"label\", \"text\" look like a header, not like a record"));
  CHECK_THAT(error("warm and rich\tgood\ncold and thin\tbad\ngood bread\tgood\nstale bread\tbad\n"),
             catch_matchers::StartsWith("t:1: label and text look swapped"));
  CHECK_THAT(error("{\"text\": \"warm\", \"label\": \"good\"}\n"),
             catch_matchers::StartsWith("t: looks like JSON Lines"));
  // Each label once is no fault of a file that teaches none.
  CHECK(error("1\twarm\n2\tcold\n3\tbread\n") == "no error");
}
