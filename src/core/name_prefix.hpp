#pragma once

#include <string_view>

namespace orochi {

/// Whether a parameter's name is `prefix` or goes on behind it with a dot.
inline bool begins_with_part(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '.');
}

/// Without "member.3." before it.
inline std::string_view within_member(std::string_view name) {
  constexpr std::string_view member = "member.";
  return name.starts_with(member) ? name.substr(name.find('.', member.size()) + 1) : name;
}

}  // namespace orochi
