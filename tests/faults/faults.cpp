#include "faults.hpp"

#include <atomic>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace faults {
namespace {

// An allocation may come before any constructor has run, so these are alone.
constinit std::atomic<long> allocations{0};
constinit std::atomic<long> failing_allocation{0};
thread_local int inside = 0;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}
long number(const char* name, long otherwise) {
  const std::string text = variable(name);
  return text.empty() ? otherwise : std::stol(text);
}

struct Faults {
  std::string folder = variable("FAULTS_FOLDER"), action = variable("FAULTS_ACTION");
  std::string only = variable("FAULTS_ONLY");
  long at = number("FAULTS_AT", 0), times = number("FAULTS_TIMES", 1);
  long allocation = number("FAULTS_ALLOCATION", 0);
  int log = -1;
  long calls = 0, counted = 0;
  std::map<int, std::string> paths;  // of open descriptors below the folder
  std::mutex mutex;

  Faults() {
    const std::string path = variable("FAULTS_LOG");
    if (!path.empty())
      log = static_cast<int>(
          ::syscall(SYS_openat, AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  }
  bool below(const std::string& path) const {
    return !folder.empty() && (path == folder || path.starts_with(folder + "/"));
  }
  bool counts(const std::string& name) const {
    return only.empty() || ("," + only + ",").find("," + name + ",") != std::string::npos;
  }
};
Faults& state() {
  static Faults& all = *new Faults;  // calls may come after the last destructor
  return all;
}

[[noreturn]] void die() {
  ::syscall(SYS_kill, ::getpid(), SIGKILL);
  for (;;) ::pause();
}

}  // namespace

Inside::Inside() { ++inside; }
Inside::~Inside() { --inside; }
bool is_inside() { return inside > 0; }

bool allocation_fails() {
  if (inside > 0) return false;
  const long count = ++allocations;
  const long failing = failing_allocation.load(std::memory_order_relaxed);
  if (failing == 0 || count != failing) return false;
  errno = ENOMEM;
  return true;
}

std::string path_of(int file) {
  const std::lock_guard lock(state().mutex);
  const auto found = state().paths.find(file);
  return found == state().paths.end() ? "" : found->second;
}

void remember(int file, const std::string& path) {
  const std::lock_guard lock(state().mutex);
  if (file >= 0 && state().below(path)) state().paths[file] = path;
}
void forget(int file) {
  const std::lock_guard lock(state().mutex);
  state().paths.erase(file);
}

Call::Call(const char* name, std::string path, std::string second)
    : name_(name), path_(std::move(path)), second_(std::move(second)) {
  Faults& all = state();
  if (!all.below(path_)) return;
  const std::lock_guard lock(all.mutex);
  number_ = ++all.calls;
  if (!all.counts(name_)) return;
  const long count = ++all.counted;
  hit_ = all.at > 0 && count >= all.at && (all.times == 0 || count < all.at + all.times);
  if (hit_ && all.allocation > 0) {
    failing_allocation = allocations + all.allocation;
    hit_ = false;
  }
  if (hit_ && all.action == "kill-before") die();
}

bool Call::fails() const { return hit_ && std::isdigit(static_cast<unsigned char>(state().action[0])) != 0; }
int Call::error() const { return std::stoi(state().action); }
std::size_t Call::size(std::size_t asked) const {
  return hit_ && state().action == "short" ? (asked + 1) / 2 : asked;
}

void Call::set_data(const void* bytes, std::size_t size) {
  if (!is_watched() || state().log < 0) return;
  const char* digits = "0123456789abcdef";
  const auto* from = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < size; ++i) {
    data_ += digits[from[i] >> 4];
    data_ += digits[from[i] & 15];
  }
}

void Call::done(long result, int error) const {
  if (!is_watched()) return;
  const Faults& all = state();
  if (all.log >= 0) {
    const std::string line = std::to_string(number_) + "\t" + name_ + "\t" + path_ + "\t" + second_ + "\t" +
                             std::to_string(offset_) + "\t" + data_ + "\t" + std::to_string(result) + "\t" +
                             std::to_string(result < 0 ? error : 0) + "\t" + std::to_string(allocations) +
                             "\n";
    ::syscall(SYS_write, all.log, line.data(), line.size());
  }
  if (hit_ && all.action == "kill-after") die();
}

}  // namespace faults
