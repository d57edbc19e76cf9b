// Processes that train one model together.
#pragma once

#include <cstddef>
#include <span>

#pragma GCC visibility push(default)
namespace orochi {

/// One of several processes, its rank, with a way to the others. All make the same calls in the same order.
/// One process alone has none (a null pointer).
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;  // 0 leads
  virtual int size() const = 0;  // how many there are
  /// Sends to the rank `partner` while it receives from it; either may be nothing.
  virtual void exchange(int partner, std::span<const std::byte> send, std::span<std::byte> receive) = 0;
  /// Ends all of the processes.
  [[noreturn]] virtual void abort(int code) = 0;
};

}  // namespace orochi
#pragma GCC visibility pop
