#include "program.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace orochi {
namespace {

constexpr int patience = 20000;  // ms

void close_one(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

void read_some(int& descriptor, std::string& text) {
  char bytes[4096];
  const ssize_t got = ::read(descriptor, bytes, sizeof bytes);
  if (got > 0)
    text.append(bytes, static_cast<std::size_t>(got));
  else
    close_one(descriptor);
}

void make_pipe(int (&ends)[2]) {
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
}

std::string program_path() {
  const char* path = std::getenv("OROCHI_PROGRAM");
  if (path == nullptr) throw std::runtime_error("OROCHI_PROGRAM is not set; run this test through ctest");
  return path;
}

}  // namespace

Child::Child(const std::vector<std::string>& arguments, const std::string& stdout_path,
             const std::string& program) {
  std::vector<std::string> words{program.empty() ? program_path() : program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int in[2], out[2], err[2];
  make_pipe(in);
  make_pipe(out);
  make_pipe(err);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    if (!stdout_path.empty()) out[1] = ::open(stdout_path.c_str(), O_WRONLY);
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::signal(SIGPIPE, SIG_IGN);  // a child that is gone must not end the test
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  in_ = in[1];
  out_ = out[0];
  err_ = err[0];
}

Child::~Child() {
  close_one(in_);
  close_one(out_);
  close_one(err_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::write(const std::string& text) const {
  std::size_t at = 0;
  while (at < text.size()) {
    const ssize_t put = ::write(in_, text.data() + at, text.size() - at);
    if (put <= 0) return;
    at += static_cast<std::size_t>(put);
  }
}
void Child::close_input() { close_one(in_); }
void Child::close_output() { close_one(out_); }
void Child::signal(int number) const { ::kill(pid_, number); }

bool Child::receive(int timeout) {
  pollfd ends[] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};
  if ((out_ < 0 && err_ < 0) || ::poll(ends, 2, timeout) <= 0) return false;
  if (ends[0].revents != 0) read_some(out_, outcome_.out);
  if (ends[1].revents != 0) read_some(err_, outcome_.err);
  return true;
}

std::string Child::read_lines(int count) {
  while (std::count(outcome_.out.begin(), outcome_.out.end(), '\n') < count && receive(patience)) {
  }
  return outcome_.out;
}

bool Child::wait_for_error(const std::string& text) {
  while (outcome_.err.find(text) == std::string::npos)
    if (!receive(patience)) return false;
  return true;
}

Outcome Child::finish() {
  close_input();
  while (receive(5 * patience)) {
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  outcome_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome_;
}

Outcome orochi_program(const std::vector<std::string>& arguments, const std::string& input) {
  Child child(arguments);
  child.write(input);
  return child.finish();
}

}  // namespace orochi
