// TOML to Config and back.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/config.hpp>

namespace orochi {

/// What the reader must know of a registered component.
struct ComponentSchema {
  std::string name;
  std::string kind;             // a layer's role, "rows" or "pooling", or "task", ...: which keys may name it
  std::vector<Option> options;  // the keys of its table
  std::string summary = {};     // one line
  std::vector<std::string> metrics = {};  // of a task: what train.monitor may name, besides the loss
  Index head_multiple = 1;                // of positions: what the width of a head must be a multiple of
  bool takes_first = false;               // of a pooling: a sequence's first row alone
  bool keeps_apart = false;               // of rows: each is made of itself alone

  bool is_layer() const;
};

/// One key of the configuration, for docs/config.md, `--help` and the tests.
struct ConfigKey {
  std::string name;           // model.num_heads
  std::string type;           // integer | number | boolean | string | list of strings | ...
  std::string default_value;  // as TOML
  std::string allowed;        // "an integer, 1 or more", "sgd | adam | adamw", ...
  std::string doc;            // one line
  bool is_metric = false;     // its value is the loss, or a metric of the task
};
std::vector<ConfigKey> config_keys();

/// The options of the components that a key may name, as the keys of its table (`train.optimizer.beta1`), and
/// those of layers (`layer.relu.x`): several of one name where several components have such an option.
struct ComponentKey {
  ConfigKey key;
  std::string component;  // whose option it is
};
std::vector<ComponentKey> component_keys(std::span<const ComponentSchema> components);
/// The components that may be the value of a key; none for other keys.
std::vector<ComponentSchema> components_of(const std::string& key,
                                           std::span<const ComponentSchema> components);

/// What a key has in a config, as TOML; empty where the config has no such key.
std::string value_of(const Config& config, const std::string& key);

/// Reads `path`, applies `overrides` (`section.key=value`, bare words are strings), checks types, ranges and
/// the rules between fields. Throws one usage_error with every error: `file:line:column: error: what is
/// wrong; what is allowed; did you mean "num_heads"?`, the line and a caret (source_line.hpp). Paths stay as
/// they are written. A file that cannot be read is an Error, too. What it leaves out is as in `defaults`.
Config read_config(const std::string& path, std::span<const std::string> overrides,
                   std::span<const ComponentSchema> components, const Config& defaults = {});

/// A key of [search]: values that `orochi search` tries.
struct SearchRange {
  std::string key;                       // as an override has it: "train.learning_rate"
  std::vector<std::string> values = {};  // as TOML; empty: from `low` to `high`
  double low = 0, high = 0;              // both included
  bool is_integer = false, is_log = false;
};
/// What [search] and overrides of it say, in that order. Throws as read_config does.
std::vector<SearchRange> read_search_space(const std::string& path, std::span<const std::string> overrides,
                                           std::span<const ComponentSchema> components);

/// The same from text (messages call the file `name`).
Config parse_config(const std::string& text, const std::string& name, std::span<const std::string> overrides,
                    std::span<const ComponentSchema> components, const Config& defaults = {});

/// The same without the rules between keys, which may depend on a file that one of them names.
Config read_keys(const std::string& path, std::span<const std::string> overrides,
                 std::span<const ComponentSchema> components);

/// A checkpoint's config. A [layer.NAME] of a layer that is not registered here is left out: whether the
/// model uses it the keys of [model] say.
Config parse_saved_config(const std::string& text, const std::string& name,
                          std::span<const ComponentSchema> components,
                          std::span<const std::string> overrides = {});

/// A config's text. Throws an Error where it cannot be read, or is no text.
std::string read_config_text(const std::string& path);

/// Where a key's value is, "run.toml:7:17" or "command line: KEY=VALUE"; empty for a default. The config must
/// be one that read_config takes; messages call it `name`.
std::string find_location(const std::string& text, const std::string& name,
                          std::span<const std::string> overrides, std::span<const ComponentSchema> components,
                          const std::string& key);
/// An error at that place, for what shows only later.
std::string error_at_key(const std::string& text, const std::string& name,
                         std::span<const std::string> overrides, std::span<const ComponentSchema> components,
                         const std::string& key, const std::string& what);

/// Every key with its value, in a fixed order; parse_config(write_config(c)) == c, to the last bit of a
/// number.
std::string write_config(const Config& config);

/// A JSON Schema of the TOML file: with it, editors complete and check configs. It knows every key, type,
/// range and word, and no rule between keys.
std::string config_schema(std::span<const ComponentSchema> components);

/// Where two configs differ, by name: "train.epochs: 10 -> 20", for --resume. Values are TOML; "default"
/// stands for a layer's option that one of the two does not give.
struct ConfigChange {
  std::string key, before, after;
};
std::vector<ConfigChange> compare_configs(const Config& before, const Config& after);

}  // namespace orochi
