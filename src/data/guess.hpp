// A config to start from, by what a file looks like.
#pragma once

#include <string>
#include <vector>

#include "data/sniff.hpp"

namespace orochi {

/// A table whose columns are numbers, but perhaps one of labels: none is a text.
struct NumberTable {
  std::size_t numbers = 0;  // columns; 0: it is no such table
  std::size_t label = 0;    // the number of its column, from 0
};

struct Guess {
  Sniffed looks_like;                // of the file, unpacked
  std::vector<std::string> columns;  // of a table, keys of objects; in their order
  std::string config;                // TOML; without a format where none is known
  bool has_header = false;           // of a table
  NumberTable number_table = {};     // where no text column is asked for
};

/// Whether a text is a number and nothing else.
bool is_one_number(const std::string& text);

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
