// Every key of the config and every option of a component has a test of its own; one that nothing reads fails
// it.
#include <orochi/inference.hpp>

#include "catch.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"
#include "keys.hpp"

using namespace orochi;

TEST_CASE("setting a key changes what its line in docs/config.md says") {
  KeyTests tests = data_keys();
  for (const KeyTests& more : {reader_keys(), tokenizer_keys(), model_keys(), layer_keys(), optimizer_keys(),
                               update_keys(), rate_keys(), loop_keys(), task_keys()})
    tests.insert(more.begin(), more.end());
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) names.push_back(key.name);
  for (const ComponentSchema& component : component_schemas(builtin()))
    for (const Option& option : component.options)
      names.push_back(component.kind + "." + component.name + "." + option.name);
  CHECK(tests.size() == names.size());
  for (const std::string& name : names) {
    INFO(name);
    const auto test = tests.find(name);
    CHECK(test != tests.end());
    if (test != tests.end()) test->second();
  }
}
