#include "data/child_process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>

#include <fmt/format.h>

#include <orochi/error.hpp>

namespace orochi {
namespace {

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
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

std::string breakdown(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("{} (signal {})", ::strsignal(WTERMSIG(status)), WTERMSIG(status));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

}  // namespace

void Sender::bytes(const void* data, std::size_t size) {
  const char* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::write(pipe_, from, size);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) ::_exit(1);  // the parent is gone
    from += sent;
    size -= static_cast<std::size_t>(sent);
  }
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

std::string run_in_child(int seconds, const std::function<void(Sender&)>& work,
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
  bool whole = false;
  try {
    Receiver receiver(ends[0]);
    whole = receive(receiver);
  } catch (...) {  // the child must be waited for all the same
    thrown = std::current_exception();
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (thrown) std::rethrow_exception(thrown);
  if (status != 0) return breakdown(status);
  return whole ? "" : "an answer cut short";
}

void open_no_more_files() { limit(RLIMIT_NOFILE, 0, 0); }

}  // namespace orochi
