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
  std::string weights = "data.train = 'a'\n[train]\nclass_weights = [0.5";
  for (int i = 0; i < 500; ++i) weights += ", 1.5e-3";
  CHECK(complaint(weights + "]\n") == "");
  CHECK_THAT(
      complaint("data.train = 'a'", {dotted(50000, ".a") + "=1"}),
      catch_matchers::EndsWith("not an override; write section.key=value, for example train.epochs=20"));
}

TEST_CASE("a hundred mistakes are said and the rest counted") {
  std::string text = "[model]\n";
  for (int i = 0; i < 20000; ++i) text += "unheard_of_" + std::to_string(i) + " = 1\n";
  const std::string said = complaint(text);
  CHECK(std::count(said.begin(), said.end(), '\n') == 100);
  CHECK_THAT(said, catch_matchers::EndsWith("\nf: and 19901 more"));  // data.train is missing, too
}
