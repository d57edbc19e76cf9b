#pragma once

#include <string_view>

namespace orochi {

/// Whether a parameter's name is `prefix` or goes on behind it with a dot.
inline bool begins_with_part(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '.');
}

}  // namespace orochi
