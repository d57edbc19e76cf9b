// A file that is read at places that its own bytes name.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace orochi {

class InputFile {
 public:
  /// `kind`: what should be at the path, "checkpoint"; `example`: how such a file may be called. A
  /// usage_error where there is nothing or no regular file, a failure where it cannot be opened.
  InputFile(const std::string& path, std::string_view kind, std::string_view example);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  std::size_t size() const { return size_; }
  void read(std::size_t offset, std::span<unsigned char> bytes) const;
  [[noreturn]] void refuse(std::string_view reason) const;

 private:
  std::string path_;
  int file_ = -1;
  std::size_t size_ = 0;
};

}  // namespace orochi
