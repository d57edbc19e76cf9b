// A TOML text as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "io/toml.hpp"

namespace orochi {

/// Dates and times, which no config has, as words.
nlohmann::ordered_json to_json(const TomlTable& table);

}  // namespace orochi
