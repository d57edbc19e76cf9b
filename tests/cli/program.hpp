// Runs the real program and shows what came of it.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace orochi {

struct Outcome {
  int code = -1;  // 128 + n when signal n ended it
  std::string out, err;
};

/// A running program with pipes at its three streams.
class Child {
 public:
  /// `stdout_path`: a file in place of the pipe.
  explicit Child(const std::vector<std::string>& arguments, const std::string& stdout_path = {},
                 const std::string& program = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void write(const std::string& text) const;
  void close_input();
  void close_output();
  /// Waits until `count` lines have come on standard output, 20 seconds at most; returns what came.
  std::string read_lines(int count);
  /// Waits until `text` has come on standard error, 20 seconds at most.
  bool wait_for_error(const std::string& text);
  void signal(int number) const;
  /// Closes the input, reads everything, waits.
  Outcome finish();

 private:
  bool receive(int timeout);  // some more output; false: both ends are closed or the time is over

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  Outcome outcome_;
};

/// The built program with these arguments (OROCHI_PROGRAM in the environment), `input` on standard input.
Outcome orochi_program(const std::vector<std::string>& arguments, const std::string& input = {});

}  // namespace orochi
