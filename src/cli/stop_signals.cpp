#include "cli/stop_signals.hpp"

#include <ctime>
#include <initializer_list>

namespace orochi {

StopSignals::~StopSignals() { release(); }

bool StopSignals::arrived() {
  if (number_ != 0) return true;
  if (!holding_) hold();
  const timespec now{};
  const int taken = ::sigtimedwait(&held_, nullptr, &now);
  if (taken > 0) {
    number_ = taken;
    release();
  }
  return number_ != 0;
}

void StopSignals::hold() {
  ::sigemptyset(&held_);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    // A signal that the caller chose to ignore (nohup, a script's background job) stays ignored.
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
      ::sigaddset(&held_, number);
  }
  ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
  holding_ = true;
}

void StopSignals::release() {
  if (holding_) ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  holding_ = false;
}

}  // namespace orochi
