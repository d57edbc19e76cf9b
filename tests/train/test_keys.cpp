// Every key of the config has a test of its own; a key that nothing reads fails it.
#include "catch.hpp"
#include "io/config_file.hpp"
#include "keys.hpp"

using namespace orochi;

TEST_CASE("setting a key changes what its line in docs/config.md says") {
  KeyTests tests = data_keys();
  for (const KeyTests& more : {model_keys(), layer_keys(), optimizer_keys(), update_keys(), loop_keys()})
    tests.insert(more.begin(), more.end());
  CHECK(tests.size() == config_keys().size());
  for (const ConfigKey& key : config_keys()) {
    INFO(key.name);
    const auto test = tests.find(key.name);
    CHECK(test != tests.end());
    if (test != tests.end()) test->second();
  }
}
