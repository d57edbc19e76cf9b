#include "data/child_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <orochi/error.hpp>

namespace orochi {
namespace {

constexpr int exit_without_memory = 3;

void limit(int resource, rlim_t soft, rlim_t hard) {
  const rlimit both{soft, hard};
  ::setrlimit(static_cast<decltype(RLIMIT_CPU)>(resource), &both);
}

[[noreturn]] void be_the_child(int pipe, int seconds, const std::function<void(Sender&)>& work) {
  const int nowhere = ::open("/dev/null", O_WRONLY);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_CPU, static_cast<rlim_t>(seconds), static_cast<rlim_t>(seconds) + 1);
  try {
    Sender sender(pipe);
    work(sender);
  } catch (const std::bad_alloc&) {
    ::_exit(exit_without_memory);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

ChildEnd end_of(int status, bool all_received) {
  using Kind = ChildEnd::Kind;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const Kind kind = signal == SIGKILL ? Kind::no_memory : signal == SIGXCPU ? Kind::too_slow : Kind::broken;
    return {kind, fmt::format("{} (signal {})", ::strsignal(signal), signal)};
  }
  const int code = WEXITSTATUS(status);
  if (code == exit_without_memory) return {Kind::no_memory, ""};
  if (code != 0) return {Kind::broken, fmt::format("exit code {}", code)};
  return all_received ? ChildEnd{} : ChildEnd{Kind::broken, "an answer cut short"};
}

}  // namespace

bool Sender::bytes(const void* data, std::size_t size) {
  const char* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::write(pipe_, from, size);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) ::_exit(1);  // the parent is gone
    from += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool Receiver::bytes(void* data, std::size_t size) {
  char* to = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t got = ::read(pipe_, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

ChildEnd run_in_child(int seconds, const std::function<void(Sender&)>& work,
                      const std::function<bool(Receiver&)>& receive) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw failure(fmt::format("cannot open a pipe: {}", std::strerror(errno)));
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    be_the_child(ends[1], seconds, work);
  }
  const int error = errno;
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw failure(fmt::format("cannot start a process: {}", std::strerror(error)));
  }
  std::exception_ptr thrown;
  bool whole = false, has_memory = true;
  try {
    Receiver receiver(ends[0]);
    whole = receive(receiver);
  } catch (const std::bad_alloc&) {
    has_memory = false;
  } catch (...) {  // the child must be waited for all the same
    thrown = std::current_exception();
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!has_memory) return {ChildEnd::Kind::no_memory, ""};
  return end_of(status, whole);
}

void open_no_more_files() { limit(RLIMIT_NOFILE, 0, 0); }

}  // namespace orochi
