// docs/config.md holds a table of every section's keys, word for word what config_keys() says.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "io/config_file.hpp"

using namespace orochi;

namespace {

/// A bar would end the cell, so choices are listed with commas.
std::string cell(std::string text) {
  for (std::size_t bar = text.find(" | "); bar != std::string::npos; bar = text.find(" | ", bar)) {
    text.replace(bar, 3, ", ");
  }
  return text;
}

std::string render_table(const std::string& section) {
  std::string table = "| key | default | allowed | what for |\n| --- | --- | --- | --- |\n";
  for (const ConfigKey& key : config_keys()) {
    if (key.name.rfind(section + ".", 0) != 0) continue;
    table += "| `" + key.name.substr(section.size() + 1) + "` | `" + key.default_value + "` | " +
             cell(key.allowed) + " | " + cell(key.doc) + " |\n";
  }
  return table;
}

std::string read_document() {
  const char* source = std::getenv("OROCHI_SOURCE_DIR");
  REQUIRE(source != nullptr);
  std::ifstream file(std::string(source) + "/docs/config.md", std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("docs/config.md has the table of every section") {
  const std::string document = read_document();
  for (const std::string section : {"data", "model", "train"}) {
    const std::string start = "<!-- keys of [" + section + "] -->\n", end = "<!-- end -->";
    const std::size_t begin = document.find(start);
    REQUIRE(begin != std::string::npos);
    const std::size_t first = begin + start.size();
    // If this fails, put the expected text into the document.
    CHECK(document.substr(first, document.find(end, first) - first) == render_table(section));
  }
}

TEST_CASE("every key has a type, a default, what is allowed and a purpose") {
  const std::vector<ConfigKey> keys = config_keys();
  CHECK(keys.size() == 1 + 13 + 18 + 27);
  for (const ConfigKey& key : keys) {
    INFO(key.name);
    CHECK_FALSE((key.type.empty() || key.default_value.empty() || key.allowed.empty() || key.doc.empty()));
  }
}
