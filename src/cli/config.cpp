// orochi config: a config in full, and the schema of all configs.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/train.hpp>

#include "cli/explain_key.hpp"
#include "cli/verbs.hpp"
#include "inference/model_file.hpp"
#include "io/config_file.hpp"

namespace orochi {
namespace {

/// A key where a config, or a setting, is expected: --explain was meant.
void refuse_key(const std::string& word, const std::vector<ConfigKey>& keys) {
  std::error_code error;
  const bool is_key = std::ranges::any_of(keys, [&](const ConfigKey& key) {
    return key.name == word || key.name.substr(key.name.rfind('.') + 1) == word;
  });
  if (is_key && !std::filesystem::exists(word, error))
    throw usage_error(fmt::format(
        "{0} is a key, not a config or a setting; `orochi config --explain {0}` says what it is for", word));
}

int call_config(const Extensions& extensions, const Arguments& arguments, Output& out) {
  const std::vector<ComponentSchema> components = component_schemas(extensions);
  const std::vector<ConfigKey> keys = config_keys();
  for (const std::string& word : arguments.words) refuse_key(word, keys);
  if (arguments.has("--explain")) {
    if (arguments.has("--schema"))
      throw usage_error("--schema and --explain do not go together; leave one of them out");
    ExplainedConfig shown;
    if (!arguments.words.empty()) {
      shown.path = arguments.words.front();
      shown.overrides.assign(arguments.words.begin() + 1, arguments.words.end());
      shown.config = read_config(shown.path, shown.overrides, extensions);
    }
    out.write(explain_key(arguments.text("--explain"), shown, components));
  } else if (arguments.has("--schema")) {
    if (!arguments.words.empty())
      throw usage_error("--schema is of every config: leave " + arguments.words.front() + " out");
    out.write(config_schema(components));
  } else if (arguments.words.empty()) {
    throw usage_error(
        "no configuration is named: `orochi config CONFIG`, `orochi config --explain KEY` or `orochi config "
        "--schema`");
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
  verb.summary = "check a config and print it with all defaults, or explain a key";
  verb.description =
      "Reads a config as `orochi train` does and prints every key with the value in force; errors are "
      "reported with their locations, and exit code 2. --schema prints a JSON Schema (draft 2020-12) of all "
      "that a config may say to this program, its registered components included: editors complete and check "
      "configs with it.";
  verb.words = {{"CONFIG", "a TOML file, for example configs/splice.toml", false},
                {"KEY=VALUE", "takes the place of a setting of the file", false, true}};
  verb.options = {{"--explain", "KEY",
                   "say what a key is for, its type, what is allowed, its default and, of CONFIG, its value "
                   "and where that is set; of a section its keys (example: --explain train.optimizer)"},
                  {"--schema", "", "print the JSON Schema of every config"}};
  verb.examples = {"config configs/splice.toml train.optimizer=sgd",
                   "config configs/splice.toml --explain d_model", "config --schema"};
  verb.call = call_config;
  return verb;
}

}  // namespace orochi
