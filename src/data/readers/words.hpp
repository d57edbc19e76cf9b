// Parts of lines, for readers.
#pragma once

#include <string>
#include <string_view>

namespace orochi {

inline constexpr std::string_view blanks_and_tabs = " \t";

/// Without blanks and tabs at its ends.
inline std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks_and_tabs);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks_and_tabs) - first + 1);
}

/// With the letters A to Z in lower case.
inline std::string lower_ascii(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

}  // namespace orochi
