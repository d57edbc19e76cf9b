// Lines of a stream, as they arrive.
#pragma once

#include <string>
#include <string_view>

#include <orochi/batch.hpp>

namespace orochi {

/// Reads a file or standard input in pieces: whatever one read brought is handed out before the next one, so
/// that a line that came down a pipe is answered before the pipe is closed.
class LineReader {
 public:
  /// "" or "-": standard input. Throws a usage_error for a file that cannot be opened.
  explicit LineReader(const std::string& path);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// Waits for at least one whole line, or the rest at the end; false: nothing is left. Throws a failure, or
  /// a usage_error for a line without end.
  bool fill();
  /// The next line that is there already, without LF or CR LF; good until `fill`. False: there is none.
  bool next(std::string_view& line);

  const std::string& name() const { return name_; }
  bool is_terminal() const;
  Index line_number() const { return line_number_; }  // of the line that `next` gave, from 1

 private:
  bool has_line() const { return at_ < end_; }

  std::string name_;
  int descriptor_ = 0;
  std::string buffer_;
  std::size_t at_ = 0;   // what is not handed out yet
  std::size_t end_ = 0;  // behind the last whole line
  bool at_end_ = false;
  Index line_number_ = 0;
};

}  // namespace orochi
