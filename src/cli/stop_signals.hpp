// Ctrl-C as a question that the training loop asks between two steps.
#pragma once

#include <atomic>
#include <csignal>
#include <thread>

namespace orochi {

/// SIGINT, SIGTERM and SIGHUP, taken without a handler and so without anything global: from the first
/// question on they are held back, and a thread takes one. After the first one they act as ever, so that
/// a second Ctrl-C ends the program at once, in the middle of a step too. Threads started later share this.
class StopSignals {
 public:
  StopSignals() = default;
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  bool arrived();
  int number() const { return number_; }  // 0: none came

 private:
  void hold();
  void watch();

  sigset_t held_{}, before_{};
  int first_held_ = 0;  // one of them; 0: none, all are ignored
  bool holding_ = false;
  std::atomic<int> number_ = 0;
  std::atomic<bool> over_ = false;
  std::thread watcher_;
};

}  // namespace orochi
