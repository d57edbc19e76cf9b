#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include <orochi/error.hpp>
#include <orochi/verb.hpp>

namespace orochi {
namespace {

[[noreturn]] void fail(int error) {
  if (error == EPIPE) throw OutputClosed{};
  throw failure(std::string("cannot write to standard output: ") + std::strerror(error));
}

}  // namespace

void Output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail(errno);
}

void Output::flush() {
  if (std::fflush(stdout) != 0) fail(errno);
}

}  // namespace orochi
