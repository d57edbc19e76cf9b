// A file in memory under a path, for readers that take one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "core/temporary_file.hpp"

namespace orochi::fuzz {

/// Ends the program where a promise is broken: libFuzzer keeps the input.
inline void require(bool holds) {
  if (!holds) std::abort();
}

class MemoryFile {
 public:
  MemoryFile() {
    // Not memfd_create: libhdf5 asks for a file's real path.
    const std::string shared = "/dev/shm";
    file_ = make_temporary_file(
        ::access(shared.c_str(), W_OK) == 0 ? shared : std::filesystem::temp_directory_path().string(),
        path_);
    require(file_ >= 0);
  }
  ~MemoryFile() {
    ::close(file_);
    ::unlink(path_.c_str());
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// The path of a file with these contents.
  const std::string& hold(const std::uint8_t* data, std::size_t size) const {
    require(::ftruncate(file_, 0) == 0 && ::pwrite(file_, data, size, 0) == static_cast<ssize_t>(size));
    return path_;
  }

 private:
  int file_ = -1;
  std::string path_;
};

}  // namespace orochi::fuzz
