#include <algorithm>

#include "core/utf8.hpp"
#include "data/readers/words.hpp"
#include "data/sniff.hpp"

namespace orochi {

Sniffed sniff_config(std::span<const std::string_view> lines) {
  const auto is_header = [](std::string_view line) { return line.starts_with('[') && line.ends_with(']'); };
  const auto is_of_ours = [&](std::string_view line) {
    line = trim(line);
    for (const char* name : {"[data", "[model", "[train", "[task"})
      if (line.starts_with(name) && is_header(line)) return true;
    return false;
  };
  const auto could_begin = [&](std::string_view line) {
    line = trim(line);
    return line.starts_with('#') || is_header(line) || line.find('=') != std::string_view::npos;
  };
  Sniffed found;
  found.is_config = could_begin(lines.front()) && std::ranges::any_of(lines, is_of_ours);
  if (!found.is_config) return found;
  found.description = "a configuration (TOML)";
  found.advice = "give a data file, such as the one that the configuration names in data.train";
  return found;
}

}  // namespace orochi
