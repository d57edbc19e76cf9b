#include "io/input_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <orochi/error.hpp>

namespace orochi {

InputFile::InputFile(const std::string& path, std::string_view kind, std::string_view example) : path_(path) {
  // Without waiting: a named pipe must be refused, not waited for.
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) {
    const bool absent = errno == ENOENT || errno == ENOTDIR;  // else the file may well be whole
    throw Error(absent ? ExitCode::usage : ExitCode::failed,
                fmt::format("cannot open {} '{}': {}", kind, path, std::generic_category().message(errno)));
  }
  struct stat status {};
  const bool regular = ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode);
  if (regular) {
    size_ = static_cast<std::size_t>(status.st_size);
    return;
  }
  ::close(file_);
  refuse(S_ISDIR(status.st_mode)
             ? fmt::format("is a folder, not a {}; name a file in it, such as {}", kind, example)
             : fmt::format("is not a regular file, so not a {}", kind));
}

InputFile::~InputFile() { ::close(file_); }

void InputFile::read(std::size_t offset, std::span<unsigned char> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      throw failure(fmt::format("cannot read '{}': {}", path_, std::generic_category().message(errno)));
    if (count == 0) refuse("became shorter while it was read");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
}

void InputFile::refuse(std::string_view reason) const {
  throw usage_error(fmt::format("'{}' {}", path_, reason));
}

}  // namespace orochi
