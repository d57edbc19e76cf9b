// Configurations that somebody made to do harm.
#include <algorithm>

#include "catch.hpp"
#include "io/test_config_layers.hpp"

using namespace orochi;

// toml++ and the reader go down such a tree by recursion: these took the whole stack.
TEST_CASE("tables nested beyond reason are refused") {
  const auto dotted = [](int count, const std::string& dot) {
    std::string key = "a";
    for (int i = 0; i < count; ++i) key += dot;
    return key;
  };
  const std::string said = "f:1:258: more than 128 dots in a line; keys do not nest so deep";
  CHECK(complaint(dotted(200000, ".a") + " = 1\n") == said);
  CHECK(complaint(dotted(200000, ".1") + " = 1\n") == said);
  for (const char* dot : {" . a", ".'a'", ".\"=\"", " .a", ". a", ".a .a"}) {
    CHECK_THAT(complaint("\n[" + dotted(100000, dot) + "]\n"), catch_matchers::StartsWith("f:2:"));
    CHECK_THAT(complaint("x = {" + dotted(100000, dot) + " = 1}\n"), catch_matchers::StartsWith("f:1:"));
  }
  CHECK_THAT(complaint("x = " + std::string(100000, '[')),
             catch_matchers::Contains("maximum nested value depth of 8"));
  std::string weights = "data.train = 'a'\n[task]\nclass_weights = [0.5";
  for (int i = 0; i < 500; ++i) weights += ", 1.5e-3";
  CHECK(complaint(weights + "]\n") == "");
  CHECK_THAT(
      complaint("data.train = 'a'", {dotted(50000, ".a") + "=1"}),
      catch_matchers::EndsWith("not an override; write section.key=value, for example train.epochs=20"));
}

TEST_CASE("a hundred errors are said and the rest counted") {
  std::string text = "[model]\n";
  for (int i = 0; i < 20000; ++i) text += "unheard_of_" + std::to_string(i) + " = 1\n";
  const std::string said = complaint(text);
  CHECK(std::count(said.begin(), said.end(), '\n') == 100);
  CHECK_THAT(said, catch_matchers::EndsWith("\nf: and 19901 more"));  // data.train is missing, too
}

// toml++ runs into undefined behavior over most of these: the fuzzer's sanitizers ended here.
TEST_CASE("only strings and comments go beyond ASCII") {
  const std::string outside = " outside of strings and comments; ";
  const std::string plain = outside + "keys and values are plain ASCII, text is written in \"quotes\"";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"[model]\ngr\xC3\xB6\xC3\x9F"
       "e = 3\n",
       "f:2:3: the character \"\xC3\xB6\"" + plain},
      {"[model]\nd_model\xC2\xA0= 3\n", "f:2:8: the character \"\xC2\xA0\"" + plain},
      {"a = 3 \xE3\x80\x80\n", "f:1:7: the character \"\xE3\x80\x80\"" + plain},
      {"[a]\nb = \xE2\x80\x9Cx\xE2\x80\x9D",
       "f:2:5: the character \"\xE2\x80\x9C\"" + outside + "write straight quotes: \"text\""},
      // Behind every kind of string, with a quote and an escape in it.
      {"a = '''\n'' \xC3\xA9''''\nb = \"\"\"\\\"\"\"\xC3\xA9\"\"\"\"\"\nc = '\xC3\xA9\\' # \xC3\xA9\nd = "
       "\"\\\"\" \xE2\x80\xAE",
       "f:5:10: the character \"\\u202E\"" + plain},
  };
  // toml++ looks ahead over these before it refuses the number.
  for (const char* text :
       {"a = 20\"\"\"c.\xC3\xA1\"x\"]", "a = 1.\"\xC3\xA1\"", "a = 1=\"\xC3\xA1\"", "a = [1[\"\xC3\xA1\"]"})
    CHECK(complaint(text) != "");
  for (const auto& [text, message] : cases) CHECK_THAT(complaint(text), catch_matchers::Contains(message));
  CHECK_THAT(complaint("a\xFF = 3\n"), catch_matchers::Contains("save the file as UTF-8"));
  CHECK_THAT(complaint("a = \"\xC3\xA9\n"),
             catch_matchers::Contains("close the string before the line ends"));
  CHECK(complaint("\xEF\xBB\xBF"
                  "[data]\ntrain = '\xC3\xA9'  # \xE3\x80\x80\nformat = \"\"\"tsv\"\"\" # \xC3\xA9\n") == "");
}
