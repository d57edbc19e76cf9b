// Files of a run that is under way: one that cannot be written does not end the training.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace orochi {

/// Told of a file that could not be written, and of its being written after all.
using Note = std::function<void(const std::string&)>;

/// A file of lines, each of them synced. What cannot be written is said and waits for the next line.
class GrowingFile {
 public:
  GrowingFile(std::string path, Note note) : path_(std::move(path)), note_(std::move(note)) {}

  /// The file as a whole, at the start. Throws a failure.
  void start(const std::string& text);
  void append(const std::string& line);
  /// Tries what still waits. Returns why it could not be written, or nothing.
  std::string retry();

 private:
  void write_waiting();

  std::string path_;
  Note note_;
  std::size_t length_ = 0;  // of what was written
  std::string waiting_, reason_;
};

/// Writes whole files. What cannot be written is said, kept in memory and tried again with the next file.
class PatientWriter {
 public:
  explicit PatientWriter(Note note) : note_(std::move(note)) {}

  /// As write_whole_file, but a failure is a note. What still waits for this path is dropped: it is older.
  void write(const std::string& path, std::span<const unsigned char> bytes,
             const std::string& keep_previous = {});
  /// Tries what still waits. Returns what could not be written, a reason a line.
  std::string retry();

 private:
  struct Waiting {
    std::string path, keep_previous;
    std::vector<unsigned char> bytes;
    std::string reason;
  };

  Note note_;
  std::vector<Waiting> waiting_;  // in the order in which they were first tried
};

}  // namespace orochi
