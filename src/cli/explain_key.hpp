// What there is to say of a key of the configuration.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/config_file.hpp"

namespace orochi {

/// A config whose values are shown; without a path there is none.
struct ExplainedConfig {
  std::string path;
  Config config = {};
  std::vector<std::string> overrides = {};
};

/// What a key, or each key that ends in `word`, is for, its type, what is allowed, its default, and what it
/// has in the config and where that is set; of a section its keys, a line each. Throws a usage_error for a
/// word that is none.
std::string explain_key(const std::string& word, const ExplainedConfig& shown,
                        std::span<const ComponentSchema> components);

}  // namespace orochi
