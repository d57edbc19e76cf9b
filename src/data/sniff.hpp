// What a file looks like by its first bytes, whatever it is read as.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace orochi {

/// How a file holds its records.
enum class Layout { other, table, objects, one_list, label_marks, label_tab_text, series };

struct Sniffed {
  std::string description = {};  // "JSON Lines: an object a line"; empty: nothing known
  std::string format = {};       // the reader for it; empty: none
  std::string advice = {};       // what to do where there is no such reader, or before it can read the file
  bool is_no_text = false;       // reading such bytes as text says so itself
  Layout layout = Layout::other;
  char delimiter = '\0';          // of a table
  bool is_config = false;         // a configuration, which names data
  bool is_of_numbers = false;     // a table of numbers, all but for one column at most
  bool is_by_tabs_alone = false;  // a table by the same number of tabs in each line, as texts may have them

  /// What data.format would be, as in a config, with FIRST, SECOND and LABEL for columns of numbers; empty:
  /// there is no reader.
  std::string setting() const;
};

/// `beginning`: of the file, up to any byte; 64 KiB are enough.
Sniffed sniff(std::string_view beginning);

/// That part of it which looks at bytes: binary files, text of other encodings, and what was saved in place
/// of a file.
Sniffed sniff_no_text(std::string_view beginning);

/// Whether its first lines are a configuration: section headers of ours, and the first could begin one.
Sniffed sniff_config(std::span<const std::string_view> lines);

/// What a file of that format is, where its looks tell nothing and its name is all that is known.
Sniffed sniff_name(const std::string& format);

/// How data.format is set to it on a command line.
std::string override_for(const Sniffed& found);

/// CSV, RFC 4180's or with other delimiters; with tabs, below a header.
Sniffed table_of(char delimiter);

}  // namespace orochi
