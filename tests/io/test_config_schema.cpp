// `orochi config --schema`: every config that is read without a complaint fits it, and what is no key does
// not.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <nlohmann/json.hpp>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>

#include "catch.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"
#include "io/config_keys.hpp"
#include "io/toml.hpp"

using namespace orochi;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json to_json(const TomlValue& value);

json to_json(const TomlTable& table) {
  json object = json::object();
  for (const TomlItem& item : table) object[item.key] = to_json(item.value);
  return object;
}

json to_json(const TomlValue& value) {
  if (const auto* table = std::get_if<TomlTable>(&value.data)) return to_json(*table);
  if (const auto* list = std::get_if<TomlList>(&value.data)) {
    json array = json::array();
    for (const TomlValue& element : *list) array.push_back(to_json(element));
    return array;
  }
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag;
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) return *integer;
  if (const auto* number = std::get_if<double>(&value.data)) return *number;
  return std::get<std::string>(value.data);
}

bool has_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  return type == "number" ? value.is_number() : type == value.type_name();
}

bool fits(const json& schema, const json& value);

bool object_fits(const json& schema, const json& value) {
  for (const json& name : schema.value("required", json::array()))
    if (!value.contains(name)) return false;
  for (const auto& [name, inner] : value.items()) {
    const json& known = schema.at("properties");
    if (known.contains(name) ? !fits(known.at(name), inner) : !schema.value("additionalProperties", true))
      return false;
  }
  return true;
}

/// The words of JSON Schema that config_schema uses; an unknown one is an error of this test.
bool fits(const json& schema, const json& value) {
  bool good = true;
  for (const auto& [word, rule] : schema.items()) {
    if (word == "type")
      good &= has_type(value, rule);
    else if (word == "const")
      good &= value == rule;
    else if (word == "enum")
      good &= std::find(rule.begin(), rule.end(), value) != rule.end();
    else if (word == "anyOf")
      good &= std::any_of(rule.begin(), rule.end(), [&](const json& form) { return fits(form, value); });
    else if (word == "minLength")
      good &= value.is_string() && value.get<std::string>().size() >= rule;
    else if (word == "minimum")
      good &= value.is_number() && value >= rule;
    else if (word == "maximum")
      good &= value.is_number() && value <= rule;
    else if (word == "exclusiveMinimum")
      good &= value.is_number() && value > rule;
    else if (word == "exclusiveMaximum")
      good &= value.is_number() && value < rule;
    else if (word == "properties")
      good &= value.is_object() && object_fits(schema, value);
    else if (word == "additionalProperties")
      REQUIRE(rule == false);
    else if (word == "minItems")
      good &= value.is_array() && value.size() >= rule;
    else if (word == "items")
      good &= value.is_array() &&
              std::all_of(value.begin(), value.end(), [&](const json& one) { return fits(rule, one); });
    else
      REQUIRE((word == "required" || word == "description" || word == "default" || word == "title" ||
               word == "$schema"));
  }
  return good;
}

Extensions extensions() {
  Extensions all = builtin();
  all.layers.add({"convolution",
                  Role::rows,
                  "a test's",
                  nullptr,
                  {Option("width", std::int64_t{3}).from(1).to(9), Option("share", 0.5).above(0).below(1),
                   Option("bias", true), Option("mode", std::string("same")).one_of({"same", "full"}),
                   Option("weights", std::vector<double>()).from(0).one_of({"balanced"})}});
  return all;
}

std::vector<ComponentSchema> components() { return component_schemas(extensions()); }
json schema() { return json::parse(config_schema(components())); }

bool text_fits(const std::string& text) {
  const TomlDocument document = parse_toml(text);
  REQUIRE(document.errors.empty());
  return fits(schema(), to_json(document.table));
}

bool is_read(const std::string& text) {
  try {
    parse_config(text, "f", {}, components());
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("every config of the repository fits the schema, and so does the config in force") {
  int count = 0;
  const fs::path source = std::getenv("OROCHI_SOURCE_DIR");
  for (const auto& entry : fs::recursive_directory_iterator(source / "configs")) {
    if (entry.path().extension() != ".toml") continue;
    INFO(entry.path().string());
    std::ifstream file(entry.path());
    CHECK(text_fits({std::istreambuf_iterator<char>(file), {}}));
    CHECK(text_fits(write_config(read_config(entry.path().string(), {}, components()))));
    ++count;
  }
  CHECK(count >= 4);
}

TEST_CASE("the schema and the reader agree on each value") {
  const std::string data = "[data]\ntrain = 'a'\n";
  for (const char* text : {"",
                           "[train]\noptimizer = 'sgd'",
                           "[train]\noptimizer = 'lion'",
                           "[train]\noptimizer = 3",
                           "[train.optimizer]\nbeta1 = 0.5",
                           "[train.optimizer]\ntype = 'sgd'\nmomentum = 0",
                           "[train.optimizer]\nmomentum = 0",
                           "[train.optimizer]\ntype = 'sgd'\nbeta1 = 0.5",
                           "[train.optimizer]\nbeta1 = 1",
                           "[train.optimizer]\nbeta1 = '0.5'",
                           "[train.optimizer]\nbetaa = 0.5",
                           "[train.optimizer]\nepsilon = 1e-31",
                           "[train.schedule]\ntype = 'constant'\nfinal_learning_rate = 0",
                           "[train]\nbeta1 = 0.5",
                           "[train]\nlearning_rate = 0",
                           "[train]\nepochs = 0",
                           "[train]\nepochs = 1.5",
                           "[train]\nseed = 4294967296",
                           "[train]\nclass_weights = 'balanced'",
                           "[train]\nclass_weights = 'no'",
                           "[train]\nclass_weights = [1, 2.5]",
                           "[train]\nclass_weights = [0]",
                           "[model]\nnorm = 'rms_norm'",
                           "[model]\nnorm = 'cls'",
                           "[model]\npositions = 'alibi'",
                           "[model]\nblock = ['relu', 'convolution']",
                           "[model]\nblock = ['cls']",
                           "[[model.block]]\nnum_heads = 2",
                           "[[model.block]]\nnum_heads = 0",
                           "[[model.block]]\ntype = 'convolution'\nwidth = 9\nnorm = 'relu'",
                           "[[model.block]]\ntype = 'convolution'\nwidth = 10",
                           "[[model.block]]\ntype = 'cls'",
                           "[[model.block]]\npooling = 'cls'",
                           "[model]\ncausal = 1",
                           "[model]\nnum_head = 4",
                           "[layer.convolution]\nwidth = 9",
                           "[layer.convolution]\nwidth = 10",
                           "[layer.convolution]\nshare = 0",
                           "[layer.convolution]\nmode = 'full'",
                           "[layer.convolution]\nmode = 'wide'",
                           "[layer.convolution]\nbias = 0",
                           "[layer.convolution]\nweights = 'balanced'",
                           "[layer.convolution]\nweights = [-1]",
                           "[layer.relu]\nx = 1",
                           "[layer.nothing]",
                           "[logging]\nlevel = 3",
                           "level = 3"}) {
    INFO(text);
    const std::string at_top(text);
    const std::string whole = at_top == "level = 3" ? at_top + "\n" + data : data + at_top + "\n";
    CHECK(text_fits(whole) == is_read(whole));
  }
  CHECK_FALSE(text_fits("[data]\ntest = 'a'"));
  CHECK_FALSE(text_fits("[data]\ntrain = ''"));
  for (const std::string value : {"'a'", "['a']", "['a', 'b']", "[]", "['a', '']", "['a', 3]", "3"}) {
    INFO(value);
    CHECK(text_fits("[data]\ntrain = " + value) == is_read("[data]\ntrain = " + value));
  }
  CHECK_FALSE(text_fits("[model]\nd_model = 8"));
}

TEST_CASE("the schema has each key with its purpose") {
  const json whole = schema();
  visit_keys(*std::make_unique<Config>(), [&](const Key& key, const auto&...) {
    INFO(key.full_name());
    const json& known =
        (key.section.empty() ? whole : whole.at("properties").at(key.section)).at("properties").at(key.name);
    CHECK(known.at("description") == key.doc);
  });
  CHECK(whole.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
}
