#pragma once

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>

#include <orochi/options.hpp>

namespace orochi {

/// Gives every path among the options that is relative to `change`, which returns what it becomes.
template <class Change>
void change_paths(std::span<const Option> registered, Options& given, const Change& change) {
  for (const Option& option : registered) {
    const auto found = option.is_path ? given.find(option.name) : given.end();
    if (found == given.end()) continue;
    auto* path = std::get_if<std::string>(&found->second);
    if (path != nullptr && !path->empty() && !std::filesystem::path(*path).is_absolute())
      *path = change(*path);
  }
}

}  // namespace orochi
