#pragma once

#include <span>
#include <string>

#include "io/config_file.hpp"

namespace orochi {

/// A JSON Schema of the TOML file: with it, editors complete and check configs. It knows every key, type,
/// range and word, and no rule between keys.
std::string config_schema(std::span<const ComponentSchema> components);

}  // namespace orochi
