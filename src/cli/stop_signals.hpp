// Ctrl-C as a question that the training loop asks between two steps.
#pragma once

#include <csignal>

namespace orochi {

/// SIGINT, SIGTERM and SIGHUP, taken without a handler and so without anything global: from the first
/// question on they are held back, and each question looks whether one has come. After the first one they
/// act as ever, so that a second Ctrl-C ends the program at once. Threads started later share this.
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
  void release();

  sigset_t held_{}, before_{};
  bool holding_ = false;
  int number_ = 0;
};

}  // namespace orochi
