// A config to start from, by what a file looks like.
#pragma once

#include <string>
#include <vector>

#include "data/number_table.hpp"
#include "data/sniff.hpp"
#include "data/unpack.hpp"

namespace orochi {

struct Guess {
  Sniffed looks_like;                // of the file, unpacked
  std::vector<std::string> columns;  // of a table, keys of objects; in their order
  std::string config;                // TOML; without a format where none is known
  bool has_header = false;           // of a table
  NumberTable number_table = {};     // where no text column is asked for
  Packing packing = Packing::none;   // of the file
};

/// What is known of a file.
struct Wishes {
  std::string named_as;        // in the config; empty: by its path
  std::string text, label;     // columns or keys; empty: guessed
  std::string tokenizer = {};  // with its comment; empty: the default
};

/// By the file's beginning. Of columns the longest is taken for the text, and the one of the fewest different
/// values for the label. Throws a usage_error for a file that cannot be opened, or has no such column.
Guess guess_config(const std::string& path, const Wishes& wishes = {});

}  // namespace orochi
