// orochi config: a config in full, and the schema of all configs.
#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/train.hpp>

#include "cli/verbs.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"

namespace orochi {
namespace {

int call(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::vector<ComponentSchema> components = component_schemas(extensions);
  if (arguments.has("--schema")) {
    if (!arguments.words.empty())
      throw usage_error("--schema is of every config: leave " + arguments.words.front() + " out");
    out.write(config_schema(components));
  } else if (arguments.words.empty()) {
    throw usage_error("no configuration is named: `orochi config CONFIG`, or `orochi config --schema`");
  } else {
    const std::vector<std::string> overrides(arguments.words.begin() + 1, arguments.words.end());
    out.write(write_config(read_config(arguments.words.front(), overrides, extensions)));
  }
  return static_cast<int>(ExitCode::done);
}

}  // namespace

Verb config_verb() {
  Verb verb;
  verb.name = "config";
  verb.summary = "check a config and print it with all defaults, or the JSON Schema of configs";
  verb.description =
      "Reads a config as `orochi train` does and prints every key with the value in force; errors are "
      "reported with their locations, and exit code 2. --schema prints a JSON Schema (draft 2020-12) of all "
      "that "
      "a config may say to this program, its registered components included: editors complete and check "
      "configs with it.";
  verb.words = {{"CONFIG", "a TOML file, for example configs/splice.toml", false},
                {"KEY=VALUE", "takes the place of a setting of the file", false, true}};
  verb.options = {{"--schema", "", "print the JSON Schema of every config"}};
  verb.examples = {"config configs/splice.toml train.optimizer=sgd", "config --schema"};
  verb.call = call;
  return verb;
}

}  // namespace orochi
