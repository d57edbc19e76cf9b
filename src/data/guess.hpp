// A config to start from, by what a file looks like.
#pragma once

#include <string>
#include <vector>

#include "data/sniff.hpp"

namespace orochi {

struct Guess {
  Sniffed looks_like;                // of the file, unpacked
  std::vector<std::string> columns;  // of a table, keys of objects; in their order
  std::string config;                // TOML; without a format where none is known
};

/// By the file's beginning. Of columns the longest is taken for the text, and the one of the fewest different
/// values for the label. `path` is what the config names. Throws a usage_error for a file that cannot be
/// opened.
Guess guess_config(const std::string& path);

}  // namespace orochi
