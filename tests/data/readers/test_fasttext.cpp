#include "../hostile.hpp"
#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::TempFolder;
using Words = std::vector<std::string>;

const DataConfig fasttext = testing::config_for("fasttext");

}  // namespace

TEST_CASE("a fastText line is labels and text", "[fasttext]") {
  const TempFolder folder;
  const RawSplit one = testing::read_back(folder, fasttext,
                                          "__label__tea green leaves\r\n"
                                          "__label__coffee\t dark  beans, my__label__x\n\n");
  CHECK(one.path == "f");
  CHECK(one.targets == Words{"tea", "coffee"});
  CHECK(one.texts == Words{"green leaves", "dark  beans, my__label__x"});
  CHECK(one.lines == std::vector<Index>{1, 2});
}

TEST_CASE("several labels are joined as the task parses them", "[fasttext]") {
  const TempFolder folder;
  const std::string text = "__label__a __label__b x y\nno label here\n";
  const RawSplit several = testing::read_back(folder, fasttext, text, "multi_label");
  CHECK(several.path == "f");
  CHECK(several.targets == Words{"a,b", ""});
  CHECK(several.texts == Words{"x y", "no label here"});
  CHECK(testing::read_back(folder, fasttext, text, "multi_label", {{"separator", "semicolon"}}).targets ==
        Words{"a;b", ""});
  CHECK(testing::read_back(folder, fasttext, "__label__O __label__B-x x y\n", "token_labels").targets ==
        Words{"O B-x"});
  CHECK(testing::read_back(folder, fasttext, "__label__a,b __label__c x\n", "multi_label").path ==
        "f:1:1: label \"a,b\" has a \",\" in it, which the task reads as two labels; rename it, or set "
        "task.separator to another character");
}

TEST_CASE("what is wrong with a fastText line is said", "[fasttext]") {
  const TempFolder folder;
  CHECK(testing::errors_in(
            folder, fasttext,
            "__label__a __label__b x\nplain\n__label__a\n__label__ x\n\n__label__a x __label__b\n") ==
        "f:1:1: 2 labels: \"a\", \"b\"; the task takes one label a sequence: keep one, or set task = "
        "\"multi_label\"\n"
        "f:2:1: no label; expected __label__NAME before the text (data.format.prefix)\n"
        "f:3: labels and no text; expected text behind them\n"
        "f:4:1: the label is empty; expected a name\n"
        "f:5: a blank line; expected __label__NAME and text\n"
        "f:6:14: \"__label__b\" follows text; move all labels to the line's start");
  CHECK(testing::read_back(folder, fasttext, "#a x\n", "multi_label").path ==
        "f: no line begins with \"__label__\"; expected labels that do (data.format.prefix)");
  CHECK(testing::errors_in(folder, fasttext, "\n\n") ==
        "f: nothing but blank lines; expected __label__NAME and text");
  CHECK(testing::errors_in(folder, fasttext, "__label__a \xFFx\n") ==
        "f:1:12: byte 0xff is not valid UTF-8; set data.encoding to \"latin-1\" or \"cp1252\", or convert "
        "the file, for instance with iconv");
}

TEST_CASE("the prefix of labels can be chosen", "[fasttext]") {
  const TempFolder folder;
  DataConfig config = fasttext;
  config.format.options = {{"prefix", "#"}};
  CHECK(testing::read_back(folder, config, "#a x\n").targets == Words{"a"});
  config.format.options = {{"prefix", "# "}};
  CHECK(testing::message_of([&] { testing::errors_in(folder, config, "# a\n"); }) ==
        "data.format.prefix is \"# \"; allowed: what every label begins with, without blanks");
  const auto reader = builtin_readers().make(fasttext.format);
  CHECK(reader->label_of("__label__a x") == "a");
  CHECK(reader->label_of("a x").empty());
}

TEST_CASE("no bytes break the fastText reader", "[fasttext]") {
  testing::read_mutations(fasttext, {"__label__a __label__b x y\n__label__c z\r\n\n", "__label__"});
}
