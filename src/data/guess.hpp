// A config to start from, by what a file looks like.
#pragma once

#include <string>
#include <vector>

#include <orochi/reader.hpp>

#include "data/number_table.hpp"
#include "data/sniff.hpp"
#include "data/unpack.hpp"

namespace orochi {

/// The columns, or keys, that were chosen of a table.
struct ChosenColumns {
  std::string text, label, option;  // option: that names texts
  bool is_guess = false, is_label_by_name = false;
  std::vector<std::string> unused;
};

/// Why the label is what it is, where it is a guess.
std::string reason_of_label(const ChosenColumns& chosen);

struct Guess {
  Sniffed looks_like;                // of the file, unpacked
  std::vector<std::string> columns;  // of a table, keys of objects; in their order
  std::string config;                // TOML; without a format where none is known
  bool has_header = false;           // of a table
  NumberTable number_table = {};     // where no text column is asked for
  Packing packing = Packing::none;   // of the file
  ChosenColumns chosen = {};         // none: there are no columns, or nothing could be chosen
};

/// What is known of a file.
struct Wishes {
  std::string named_as;        // in the config; empty: by its path
  std::string text, label;     // columns or keys; empty: guessed
  std::string tokenizer = {};  // with its comment; empty: the default
  std::string encoding = {};   // of the file; empty: UTF-8
};

/// By the file's beginning, and where that tells nothing by its name, if there is such a reader. Of columns
/// the longest is taken for the text, and for the label one that is called so, else the one of the fewest
/// different values. Throws a usage_error for a file that cannot be opened, or has no such column.
Guess guess_config(const std::string& path, const Readers& readers, const Wishes& wishes = {});

}  // namespace orochi
