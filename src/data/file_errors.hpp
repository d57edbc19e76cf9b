// What is wrong with input files, collected so that the user sees all of it at once.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

/// The path of standard input, for which "-" is written.
constexpr const char* standard_input = "/dev/stdin";

/// Where a file's path is from: what there is to do about an error depends on it.
enum class PathFrom { config, command_line };

/// The errors of one file: the first ones by location are kept, the others counted. Or those of several that
/// are read as one: what is not about one of them alone is about all.
class FileErrors {
 public:
  explicit FileErrors(std::string path, PathFrom from = PathFrom::config)
      : path_(std::move(path)), is_of_config_(from == PathFrom::config) {}
  explicit FileErrors(const std::vector<std::string>& paths, PathFrom from = PathFrom::config);

  std::size_t files() const { return files_.empty() ? 1 : files_.size(); }
  FileErrors& of_file(std::size_t number) { return files_.empty() ? *this : files_[number]; }

  /// At a line, counted from 1, and if it is known at a byte of that line, counted from 1; 0: about the file
  /// as a whole.
  void add(const std::string& what, Index line = 0, Index column = 0);
  /// In a file without lines: at sequence number `sequence`, counted from 0 as Python does.
  void add_sequence(Index sequence, const std::string& what);

  /// What another object's `report` said of this file.
  void add_report(const std::string& report);

  /// Whether an error there would be shown, by what is known so far. Where not, what is added may be empty,
  /// which saves putting it into words.
  bool shows_line(Index line) const { return shows(line); }
  bool shows_sequence(Index sequence) const { return shows(sequence + 1); }

  bool empty() const;
  /// In place of all that was added so far.
  void replace(const std::string& what) {
    shown_.clear();
    count_ = 0;
    add(what);
  }
  const std::string& path() const { return path_; }
  /// Whether a config names the file; else it is one more file for a model that there is.
  bool is_of_config() const { return is_of_config_; }
  /// To another file that the same config names and that can be read as it says: not the config is to be
  /// changed then.
  void read_beside(const std::string& path);
  /// "a.csv is read so, and one config reads all its files alike: convert this one"; or nothing.
  std::string convert_for_fellow() const;
  /// Of each file the first 20 by location, one a line, then how many more there are.
  std::string report() const;
  /// Of this file alone, the first `count` by location.
  std::vector<std::string> first(std::size_t count) const;

 private:
  struct FileError {
    Index location;
    std::string message;
  };
  bool shows(Index location) const;
  template <class Message>
  void keep(Index location, const Message& message);

  std::string path_, fellow_;
  bool is_of_config_;
  std::vector<FileError> shown_;   // by location, equal locations as they came
  Index count_ = 0;                // with those that are not shown
  std::vector<FileErrors> files_;  // where there are several
};

/// Throws one usage_error with the reports of all files that have errors; returns if none has.
void throw_if_any(std::span<const FileErrors> files);

/// `text` in double quotes for a message: control characters and bytes that are not UTF-8 as \xNN, long texts
/// cut.
std::string quote(std::string_view text);

/// Several texts, quoted, with commas between; at most the first 12.
std::string quote_list(std::span<const std::string> texts);
std::string quote_list(std::span<const std::string_view> texts);

/// "a.tsv", "a.tsv and b.tsv", "a.tsv and 3 more files"
std::string name_of_all(std::span<const std::string> paths);

/// "1,186"
std::string grouped(Index number);

/// "1 sequence", "1,186 sequences"
std::string counted(Index number, std::string_view noun);

}  // namespace orochi
