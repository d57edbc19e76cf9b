// Fills a Config from TOML tables and overrides, and collects every error on the way.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/config_file.hpp"
#include "io/config_keys.hpp"
#include "io/toml.hpp"

namespace orochi {

class ConfigReader {
 public:
  /// Messages call the file `name`. `is_saved`: a config that a model keeps: a [layer.NAME] that
  /// names no registered layer is left out, and there may be no training file, as the data may have been in
  /// memory.
  ConfigReader(std::string name, std::span<const ComponentSchema> components, bool is_saved,
               const Config& defaults = {});

  /// Reads the whole file; what cannot be parsed is an error among the others.
  void read_text(const std::string& text);
  /// Reads `section.key=value`, the `number`th of the command line.
  void read_override(const std::string& argument, int number);
  /// The rules between keys and the required ones; not after a syntax error, which may have hidden some.
  void check_rules();
  /// The result; throws one usage_error with every error, sorted by location.
  Config finish();
  const std::vector<SearchRange>& search_space() const { return ranges_; }
  /// Where the key's last value is; line 0 where it has its default.
  Location location_of(const std::string& key) const;
  /// An error there.
  std::string error_at_key(const std::string& key, const std::string& what) const;

 private:
  struct FileError {
    Location location;
    std::string message;
  };

  // The file's outline (config_reader.cpp).
  void read_item(const TomlItem& item);
  void read_key(const std::string& section, const TomlItem& item);
  void read_layer(const TomlItem& item);
  void unknown_key(const std::string& section, const TomlItem& item);
  void unknown_section(const TomlItem& item);
  std::string hint(const std::string& section, const std::string& word) const;
  /// Where a key or an option may be, such as "train" or "train.optimizer"; "" if nowhere.
  std::string home_of(const std::string& name) const;

  // [search] (config_search.cpp). `names`: those of the tables that the item is in.
  void read_search(std::vector<std::string> names, const TomlItem& item);
  /// Notes what would be wrong with the key if it had this value.
  void try_value(const std::vector<std::string>& names, const TomlValue& value);

  // Components and their options (config_components.cpp).
  bool store(const Key& key, const TomlValue& value, Component& field);
  bool read_component(const Key& key, const TomlTable& table, Component& field);
  /// A key of [model] in a block's table; false if `item` is none of them.
  bool read_block_key(const Key& block, const TomlItem& item, Options& options, bool& good);
  /// `table`: what the options belong to, "layer.token_shift".
  bool read_option(const std::string& table, const ComponentSchema& schema, const TomlItem& item,
                   Options& options);
  bool store_option(const Key& key, const TomlValue& value, const Option& option, Options& options);
  void add_defaults();
  /// The options of all components that a key may name, with that key: {"beta1", "train.optimizer"}.
  std::vector<std::pair<std::string, std::string>> options_of_keys() const;

  // One value (config_values.cpp). False: it was not stored and an error was noted.
  bool store(const Key& key, const TomlValue& value, bool& field);
  bool store(const Key& key, const TomlValue& value, Index& field);
  bool store(const Key& key, const TomlValue& value, std::uint64_t& field);
  bool store(const Key& key, const TomlValue& value, double& field);
  bool store(const Key& key, const TomlValue& value, std::string& field);
  bool store(const Key& key, const TomlValue& value, std::vector<std::string>& field);
  bool store(const Key& key, const TomlValue& value, Paths& field);
  bool store(const Key& key, const TomlValue& value, std::vector<double>& field);
  bool store(const Key& key, const TomlValue& value, std::vector<Component>& field);
  template <class Element>
  bool store_list(const Key& key, const TomlValue& value, const Element& otherwise,
                  std::vector<Element>& field);
  bool check_word(const std::string& name, const Allowed& allowed, const std::string& word,
                  const Location& location);
  bool refuse_type(const Key& key, const TomlValue& value);
  bool refuse_range(const Key& key, const TomlValue& value);

  // Rules (config_rules.cpp).
  void check_data_rules();
  void check_model_rules();
  void check_causal();
  void check_heads(const ModelConfig& model, const std::string& section);
  void check_train_rules();
  void check_monitor();
  /// Notes a broken rule where the first of `keys` that was set on the command line is, else the first that
  /// was set; not if one of them is wrong by itself.
  void rule(bool holds, const std::vector<std::string>& keys, const std::string& message);

  void add_error(const Location& location, std::string message) {
    if (enough()) {
      ++unsaid_;
    } else {
      errors_.push_back({location, std::move(message)});
    }
  }
  /// Nobody reads more, and each takes time to find out what was meant.
  bool enough() const { return errors_.size() >= 100; }
  // The kind "layer" is that of all layers, whatever their role.
  const ComponentSchema* find_component(const std::string& kind, const std::string& name) const;
  std::vector<std::string> names_of(const std::string& kind) const;

  std::string name_, text_;
  std::span<const ComponentSchema> components_;
  bool is_saved_;
  Config config_;
  std::vector<SearchRange> ranges_;
  std::vector<FileError> errors_;
  std::size_t unsaid_ = 0;                     // errors beyond those
  std::map<std::string, Location> locations_;  // of each key's last value
  std::set<std::string> wrong_;                // keys whose value was refused
  bool incomplete_ = false;                    // a syntax error hides part of the file
};

}  // namespace orochi
