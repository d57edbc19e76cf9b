#include "../hostile.hpp"
#include "../temp_folder.hpp"
#include "catch.hpp"

namespace {

using namespace orochi;
using testing::config_for;
using testing::TempFolder;
using Words = std::vector<std::string>;

const DataConfig jsonl = config_for("jsonl");

std::string nested(std::size_t levels) {
  std::string open, close;
  for (std::size_t i = 0; i < levels; ++i) open += "{\"a\":", close += "}";
  return "{\"text\": \"x\", \"label\": \"y\", \"b\": " + open + "1" + close + "}\n";
}

}  // namespace

TEST_CASE("a line of JSON is a record", "[jsonl]") {
  const TempFolder folder;
  const RawSplit raw =
      testing::read_back(folder, jsonl,
                         "\xEF\xBB\xBF{\"text\": \"plain, \\\"quoted\\\"\", \"label\": \"tea\", \"more\": "
                         "[1, {\"text\": 2}]}\r\n"
                         "{\"label\": 7, \"text\": \"caf\\u00e9\\t\\ud83d\\ude00\\nend\"}\n"
                         "{\"label\": -1.50e2, \"text\": \"x\"}\n{\"label\": true, \"text\": \"x\"}\n \n");
  CHECK(raw.path == "f");
  CHECK(raw.texts == Words{"plain, \"quoted\"", "caf\u00e9\t\U0001F600\nend", "x", "x"});
  CHECK(raw.targets == Words{"tea", "7", "-1.50e2", "true"});
  CHECK(raw.lines == std::vector<Index>{1, 2, 3, 4});
  CHECK(raw.weights.empty());
}

TEST_CASE("keys are named in the config, nested ones by dots", "[jsonl]") {
  const TempFolder folder;
  const DataConfig config = config_for("jsonl", {{"text_keys", Words{"a", "in.side.b"}},
                                                 {"label_key", "meta.label"},
                                                 {"weight_key", "w"},
                                                 {"group_key", "meta.of"}});
  const RawSplit raw = testing::read_back(folder, config,
                                          "{\"w\": 0.5, \"meta\": {\"of\": 3, \"label\": \"l\"}, \"a\": "
                                          "\"1\", \"in\": {\"side\": {\"b\": \"2\"}}}\n"
                                          "{\"w\": 1, \"meta\": {\"of\": \"g\"}, \"meta.label\": \"m\", "
                                          "\"a\": \"3\", \"in\": {\"side\": {\"b\": \"4\"}}}\n");
  CHECK(raw.path == "f");
  CHECK(raw.texts == Words{"1", "2", "3", "4"});
  CHECK(raw.targets == Words{"l", "m"});
  CHECK(raw.weights == std::vector<double>{0.5, 1});
  CHECK(raw.groups == Words{"3", "g"});
  CHECK(testing::errors_in(folder, config_for("jsonl", {{"label_key", "meta.label"}}),
                           "{\"text\": \"x\", \"label\": \"y\", \"meta\": {\"kind\": 1, \"z\": []}}\n{}\n") ==
        "f:1: no key \"meta.label\" (data.format.label_key); the object has \"text\", \"label\", "
        "\"meta.kind\", "
        "\"meta.z\"; set the key to one of them in the config, or rename it in the file");
}

TEST_CASE("a list is several labels, or a label a token", "[jsonl]") {
  const TempFolder folder;
  const auto read = [&](const std::string& label, const std::string& task) {
    const RawSplit raw = testing::read_back(
        folder, jsonl, "{\"text\": [\"New\", \"York\"], \"label\": " + label + "}\n", task);
    return raw.path == "f" ? std::string(raw.texts[0]) + ": " + raw.targets.front() : raw.path;
  };
  CHECK(read("[\"a\", \"b c\", 3]", "multi_label") == "New York: a,b c,3");
  CHECK(read("[]", "multi_label") == "New York: ");
  CHECK(read("\"a,b\"", "multi_label") == "New York: a,b");
  CHECK(read("[\"B-x\", \"I-x\"]", "token_labels") == "New York: B-x I-x");
  CHECK(read("[1.5, -2]", "regression") == "New York: 1.5,-2");
  CHECK(read("[\"a\"]", "classification") == "New York: a");
  CHECK(read("[\"a\", \"b\"]", "classification") ==
        "f:1: 2 labels: \"a\", \"b\"; the task takes one label a sequence: keep one, or set task = "
        "\"multi_label\"");
  CHECK(read("[\"a,b\"]", "multi_label").starts_with("f:1: label \"a,b\" has a \",\" in it"));
  CHECK(read("[\"B x\"]", "token_labels") ==
        "f:1: label \"B x\" has a blank in it, which the task reads as two labels; rename it");
  CHECK(read("[\"\"]", "multi_label") == "f:1: the label is empty; expected a name");
  CHECK(read("[[\"a\"]]", "multi_label") ==
        "f:1: \"label\" is a list with more than plain values in it; expected a string, a number, true or "
        "false, or a list of them");
  CHECK(testing::errors_in(folder, jsonl, "{\"text\": [\"New York\"], \"label\": 1}\n") ==
        "f:1: \"text\" has the token \"New York\"; expected tokens that are not empty and have no blanks in "
        "them");
}

TEST_CASE("what is wrong with a line of JSON is said where it is", "[jsonl]") {
  const TempFolder folder;
  const auto errors = [&](const std::string& text) { return testing::errors_in(folder, jsonl, text); };
  CHECK(errors("{\"text\": \"x\", \"label\": \"y\"}\n{\"text\": 'x'}\n{\"text\": \"x\"}\n\n5\n{}\n"
               "{\"text\": null, \"label\": {\"a\": 1}}\n{\"label\": null, \"text\": \"\"}\n") ==
        "f:2:10: is not JSON: invalid literal\n"
        "f:3: no key \"label\" (data.format.label_key); the object has \"text\"; set the key to one of them "
        "in the "
        "config, or rename it in the file\n"
        "f:4: a blank line; expected an object\n"
        "f:5: is a number; expected an object, {...}\n"
        "f:6: an empty object; expected \"text\", \"label\"\n"
        "f:7: \"text\" is null; expected a string, or a list of tokens\n"
        "f:7: \"label\" is an object; expected a string, a number, true or false, or a list of them\n"
        "f:8: \"label\" is null; expected a string, a number, true or false, or a list of them");
  CHECK(errors("{\"label\": \"a\", \"text\": \" \"}\n") ==
        "f:1: the text is empty; expected at least one character");
  CHECK(errors("[{\"text\": \"x\", \"label\": \"y\"}]\n") ==
        "f:1: begins with a JSON array; expected an object a line: jq -c '.[]' FILE > NEW.jsonl writes an "
        "array's "
        "objects so");
  CHECK_THAT(errors("[\"y\", \"x\"]\n[\"n\", \"z\"]\n"),
             Catch::Matchers::StartsWith(
                 "f:1: is a JSON array a line; expected an object a line: jq -c '{label: .[0]"));
  CHECK(errors("{\"text\": \"x\", \"label\": \"y\"}, \r\n{\"text\": \"x\", \"label\": \"z\"}\n") ==
        "f:1: a comma behind the object; sed 's/},[[:space:]]*$/}/' FILE > NEW.jsonl takes such off");
  CHECK(errors("{\"text\": [\"a b\", \"c\"], \"label\": [\"y\", \"z\"]}\n") ==
        "f:1: is an object of columns; expected an object a record: jq -c '[.text, .label] | map([.[]]) | "
        "transpose | .[] | {text: .[0], label: .[1]}' FILE > NEW.jsonl writes it so");
  CHECK(errors("{\"text\": {\"0\": \"a\"}, \"label\": {\"0\": \"y\"}}\n")
            .starts_with("f:1: is an object of columns; expected an object a record"));
  CHECK(errors("{\"the data\": [{\"text\": \"a\", \"label\": \"y\"}]}\n") ==
        "f:1: is one object with all records; expected an object a line: jq -c '.[\"the data\"][]' FILE > "
        "NEW.jsonl writes it so");
  CHECK(errors("{\"1\": {\"text\": \"a\", \"label\": \"y\"}, \"2\": {\"text\": \"b\", \"label\": \"z\"}}\n")
            .starts_with("f:1: is one object with all records; expected an object a line: jq -c '.[]' FILE"));
  CHECK_THAT(errors("{\n  \"text\": \"x\",\n  \"label\": \"y\"\n}\n"),
             Catch::Matchers::StartsWith("f:1:2: is not JSON: unexpected end of input") &&
                 Catch::Matchers::EndsWith(
                     "; is one object on several lines? jq -c . FILE > NEW.jsonl writes it on one"));
  CHECK(errors("\n\n") == "f: nothing but blank lines; expected an object a line");
  CHECK(errors("{\"text\": \"\xFF\", \"label\": 1}\n") ==
        "f:1:11: byte 0xff is not valid UTF-8; set data.encoding to \"latin-1\" or \"cp1252\", or convert "
        "the file, for instance with iconv");
}

TEST_CASE("what JSON allows and no record can have is an error", "[jsonl]") {
  const TempFolder folder;
  const auto errors = [&](const std::string& text) { return testing::errors_in(folder, jsonl, text); };
  CHECK(errors("{\"text\": \"x\", \"label\": \"a\", \"label\": \"b\"}\n") ==
        "f:1: key \"label\" is there twice; remove one");
  CHECK(testing::errors_in(folder, config_for("jsonl", {{"label_key", "m.l"}}),
                           "{\"text\": \"x\", \"m.l\": \"a\", \"m\": {\"l\": \"b\"}}\n") ==
        "f:1: key \"m.l\" is there twice; remove one");
  CHECK_THAT(errors("{\"text\": \"\\ud800x\", \"label\": 1}\n"),
             Catch::Matchers::StartsWith(
                 "f:1:17: is not JSON: invalid string: surrogate U+D800..U+DBFF must be followed by"));
  CHECK(errors("{\"text\": \"a\\u0000b\", \"label\": 1}\n") ==
        "f:1: byte 2 of the text (0x00) is not valid UTF-8, or is NUL");
  CHECK(errors("{\"text\": \"a\", \"label\": \"\\u0000\"}\n") ==
        "f:1: label \"\\x00\" holds a control character; remove it");
  CHECK(errors(nested(63)).empty());
  CHECK(errors(nested(64)) == "f:1: nested deeper than 64 levels; expected a flat object");
  CHECK(errors(nested(1000000)) == "f:1: nested deeper than 64 levels; expected a flat object");
  CHECK_THAT(errors(std::string(1000000, '[')), Catch::Matchers::Contains("begins with a JSON array"));
  CHECK_THAT(errors("{\"text\": \"x\", \"label\": 1e999}\n"),
             Catch::Matchers::StartsWith("f:1:28: is not JSON: number overflow"));
}

TEST_CASE("weights and keys of JSON Lines are checked", "[jsonl]") {
  const TempFolder folder;
  CHECK(testing::errors_in(folder, config_for("jsonl", {{"weight_key", "w"}, {"group_key", "g"}}),
                           "{\"text\": \"x\", \"label\": 1, \"w\": \"2\", \"g\": [1]}\n"
                           "{\"text\": \"x\", \"label\": 1, \"w\": 0, \"g\": 1}\n") ==
        "f:1: \"w\" is a string; expected a positive number\n"
        "f:1: \"g\" is a list; expected a string or a number\n"
        "f:2: its weight is 0; expected a positive number");
  CHECK(testing::message_of([&] {
          testing::errors_in(folder, config_for("jsonl", {{"text_keys", Words{}}}), "{}\n");
        }) == "data.format.text_keys is empty; name a key or two");
  CHECK(testing::message_of([&] {
          testing::errors_in(folder, config_for("jsonl", {{"label_key", "text"}}), "{}\n");
        }) == "data.format.text_keys and the other keys name \"text\" twice; allowed: each key once");
}

TEST_CASE("no bytes break the JSON Lines reader", "[jsonl]") {
  testing::read_mutations(
      jsonl, {"{\"text\": \"x \\u00e9\", \"label\": [\"a\", 2]}\n{\"label\": 3, \"text\": [\"b\"]}\n",
              "{\"text\": {\"text\": [[1e5, true, null]]}, \"label\": -0.5}\n"});
}
