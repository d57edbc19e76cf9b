// The line of an error and the caret below its column.
#include "catch.hpp"
#include "io/source_line.hpp"
#include "io/test_config_layers.hpp"

using namespace orochi;

TEST_CASE("an error shows its line with a caret under the column") {
  const std::string text = "[data]\n\ttrain = 3 # caf\xC3\xA9 \x1b[2J";
  CHECK(error_at("f", {2, 10}, text, "wrong") ==
        "f:2:10: error: wrong\n    2 |  train = 3 # caf\xC3\xA9 \\x1b[2J\n                 ^");
  CHECK(error_at("f", {2, 17}, text, "wrong").ends_with("\n                        ^"));
  CHECK(error_at("f", {}, text, "wrong") == "f: error: wrong");
  CHECK(error_at("f", {9, 1}, text, "wrong") == "f:9:1: error: wrong");
  CHECK(error_at("f", {1, 1, "model.d_model=0"}, text, "wrong") ==
        "command line: error: wrong\n    model.d_model=0\n    ^");
  CHECK(error_at("f", {1, 15, "model.d_model=0"}, text, "wrong").ends_with("\n                  ^"));
}

TEST_CASE("a caret behind the line's end, and the part of a long line around it") {
  CHECK(error_at("f", {1, 5}, "a =", "wrong").ends_with("    1 | a =\n           ^"));
  std::string line(500, 'a');
  line.append(1, 'b').append(500, 'c');
  const std::string said = error_at("f", {1, 501}, line, "wrong");
  const std::size_t shown = said.find('\n') + 1, caret = said.rfind('\n') + 1;
  CHECK(said[shown + said.find('^') - caret] == 'b');
  CHECK(caret - shown < 90);
}

TEST_CASE("the reader's errors point at values, keys and parts of overrides") {
  const std::vector<ComponentSchema> layers = test_layers();
  const auto said = [&](const std::string& text, const std::vector<std::string>& overrides) {
    try {
      parse_config(text, "f", overrides, layers);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(said("data.train = 'a'\n[train]\nepochs = 0", {}) ==
        "f:3:10: error: train.epochs is 0; allowed: an integer, 1 or more\n    3 | epochs = 0\n              "
        "   ^");
  CHECK(said("data.train = 'a'", {"train.epochs=0"}) ==
        "command line: error: train.epochs is 0; allowed: an integer, 1 or more\n"
        "    train.epochs=0\n                 ^");
  CHECK(said("data.train = 'a'", {"train.epoch=1"}).ends_with("\n    train.epoch=1\n          ^"));
  CHECK(said("data.train = 'a'", {"modle.d_model=1"}).ends_with("\n    modle.d_model=1\n    ^"));
}
