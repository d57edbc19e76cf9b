// docs/config.md holds a table of every section's keys and of every kind of component, word for word what
// config_keys() and the registries say.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include <orochi/inference.hpp>

#include "catch.hpp"
#include "inference/model_file.hpp"
#include "io/config_keys.hpp"
#include "io/toml.hpp"

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

std::string render_components(const std::string& kind) {
  std::string table = "| type | option | default | allowed | what for |\n| --- | --- | --- | --- | --- |\n";
  for (const ComponentSchema& component : component_schemas(builtin())) {
    if (component.kind != kind) continue;
    table += "| `" + component.name + "` | | | | " + cell(component.summary) + " |\n";
    for (const Option& option : component.options)
      table += "| | `" + option.name + "` | `" + to_toml(to_value(option.value)) + "` | " +
               cell(allowed_by(option).text) + " | " + cell(option.doc) + " |\n";
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

void check_table(const std::string& document, const std::string& title, const std::string& table) {
  const std::string start = "<!-- " + title + " -->\n", end = "<!-- end -->";
  INFO(title);
  const std::size_t begin = document.find(start);
  REQUIRE(begin != std::string::npos);
  const std::size_t first = begin + start.size();
  // If this fails, put the expected text into the document.
  CHECK(document.substr(first, document.find(end, first) - first) == table);
}

}  // namespace

TEST_CASE("docs/config.md has the table of every section") {
  const std::string document = read_document();
  for (const std::string section : {"data", "model", "train"})
    check_table(document, "keys of [" + section + "]", render_table(section));
}

TEST_CASE("docs/config.md has the table of every kind of component but layers") {
  const std::string document = read_document();
  std::set<std::string> kinds;
  for (const ComponentSchema& component : component_schemas(builtin()))
    if (!component.is_layer()) kinds.insert(component.kind);
  CHECK(kinds.size() >= 2);
  for (const std::string& kind : kinds) check_table(document, "components: " + kind, render_components(kind));
}

TEST_CASE("every option of a component says what it is for") {
  for (const ComponentSchema& component : component_schemas(builtin())) {
    INFO(component.kind << " " << component.name);
    CHECK_FALSE(component.summary.empty());
    for (const Option& option : component.options) CHECK_FALSE(option.doc.empty());
  }
}

TEST_CASE("every key has a type, a default, what is allowed and a purpose") {
  const std::vector<ConfigKey> keys = config_keys();
  CHECK(keys.size() == 1 + 22 + 22 + 30);
  for (const ConfigKey& key : keys) {
    INFO(key.name);
    CHECK_FALSE((key.type.empty() || key.default_value.empty() || key.allowed.empty() || key.doc.empty()));
  }
}
