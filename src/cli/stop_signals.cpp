#include "cli/stop_signals.hpp"

#include <initializer_list>
#include <string_view>

#include <unistd.h>

namespace orochi {

StopSignals::~StopSignals() {
  if (!holding_) return;
  over_ = true;
  over_.notify_all();
  if (watcher_.joinable()) {
    // Wakes it. Where it has taken a signal, it may no longer hold them back, and needs no waking.
    if (number_ == 0) ::pthread_kill(watcher_.native_handle(), first_held_);
    watcher_.join();
  }
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool StopSignals::arrived() {
  if (!holding_) hold();
  return number_ != 0;
}

void StopSignals::hold() {
  ::sigemptyset(&held_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    // A signal that the caller chose to ignore (nohup, a script's background job) stays ignored.
    if (::sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
    ::sigaddset(&held_, number);
    first_held_ = number;
  }
  ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
  holding_ = true;
  if (first_held_ != 0) watcher_ = std::thread([this] { watch(); });
}

// A signal goes to any thread that does not hold it back: after the first one, to this thread.
void StopSignals::watch() {
  int taken = 0;
  ::sigwait(&held_, &taken);
  number_ = taken;
  if (over_) return;
  const std::string_view note =
      "\nfinishing this step; a second signal ends at once, without a checkpoint of it\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, note.data(), note.size());
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  over_.wait(false);
}

}  // namespace orochi
