// Files of a run that is under way: one that cannot be written does not end the training.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace orochi {

/// Told of a file that could not be written, and of its being written after all.
using Note = std::function<void(const std::string&)>;

/// The message of the Error that the action throws, or nothing.
std::string failure_of(const std::function<void()>& action);
/// Says each reason why a file cannot be written once, then that it is over.
void tell(const Note& note, const std::string& path, const std::string& before, const std::string& now);

/// Writes whole files. What cannot be written is said, kept in memory and tried again with the next file.
class RetryingWriter {
 public:
  explicit RetryingWriter(Note note) : note_(std::move(note)) {}

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
