// Messages as most tests want them.
#pragma once

#include <sstream>
#include <string>

namespace orochi {

/// Without "error: " and the lines that show a place in its file: test_source_line and bad_inputs have the
/// whole.
inline std::string plain_message(const std::string& message) {
  std::istringstream lines(message);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t margin = line.find_first_not_of(" 0123456789");
    if (margin != std::string::npos && margin > 0 && (line[margin] == '|' || line[margin] == '^')) continue;
    if (line.starts_with("    ")) continue;  // an override
    const std::string mark = ": error: ";
    const std::size_t at = line.find(mark);
    if (at != std::string::npos) line.replace(at, mark.size(), ": ");
    result += (result.empty() ? "" : "\n") + line;
  }
  return result;
}

}  // namespace orochi
