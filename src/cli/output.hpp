// Standard output: where results go.
#pragma once

#include <string_view>

namespace orochi {

/// Whoever read standard output has gone. No message: it is how `... | head` ends.
struct OutputClosed {};

/// Writes to standard output and does not take silence for success.
class Output {
 public:
  /// Buffered. Throws a failure (a full disk), or OutputClosed.
  void write(std::string_view text);
  /// Everything written so far reaches the reader now. Throws as `write` does.
  void flush();
};

}  // namespace orochi
