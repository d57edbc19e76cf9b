// What reaches standard error while the object lives, also from libraries.
#pragma once

#include <cstdio>
#include <string>

#include <unistd.h>

namespace orochi::test {

class CapturedStderr {
 public:
  CapturedStderr() : file_(std::tmpfile()), before_(::dup(STDERR_FILENO)) {
    std::fflush(stderr);
    ::dup2(::fileno(file_), STDERR_FILENO);
  }
  ~CapturedStderr() {
    std::fflush(stderr);
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    std::fclose(file_);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

  std::string text() const {
    std::fflush(stderr);
    std::string result(1 << 16, '\0');
    const ssize_t size = ::pread(::fileno(file_), result.data(), result.size(), 0);
    result.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return result;
  }

 private:
  std::FILE* file_;
  int before_;
};

}  // namespace orochi::test
