// The bytes of a checkpoint, proven whole by the trailer before anything is read from them.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <orochi/error.hpp>

#include "io/checkpoint_format.hpp"

namespace orochi::checkpoint {
namespace {

constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

class InputFile {
 public:
  explicit InputFile(const std::string& path);
  ~InputFile() { ::close(file_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::size_t size() const { return size_; }
  void read(std::size_t offset, std::span<unsigned char> bytes) const;
  [[noreturn]] void refuse(std::string_view reason) const {
    throw usage_error(fmt::format("'{}' {}", path_, reason));
  }

 private:
  std::string path_;
  int file_ = -1;
  std::size_t size_ = 0;
};

InputFile::InputFile(const std::string& path) : path_(path) {
  // Without waiting: a named pipe must be refused, not waited for.
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) {
    const bool absent = errno == ENOENT || errno == ENOTDIR;  // else the file may well be whole
    throw Error(absent ? ExitCode::usage : ExitCode::failed,
                fmt::format("cannot open checkpoint '{}': {}", path, std::generic_category().message(errno)));
  }
  struct stat status {};
  const bool regular = ::fstat(file_, &status) == 0 && S_ISREG(status.st_mode);
  if (regular) {
    size_ = static_cast<std::size_t>(status.st_size);
    return;
  }
  ::close(file_);
  refuse(S_ISDIR(status.st_mode) ? "is a folder, not a checkpoint; name a file in it, such as best.h5"
                                 : "is not a regular file, so not a checkpoint");
}

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

bool starts_as_hdf5(const InputFile& file) {
  std::array<unsigned char, hdf5_signature.size()> start{};
  if (file.size() < start.size()) return false;
  file.read(0, start);
  return std::memcmp(start.data(), hdf5_signature.data(), start.size()) == 0;
}

// Magic and length, before anything of the file's size is allocated.
Trailer read_trailer(const InputFile& file) {
  if (file.size() == 0) file.refuse("is empty, not a checkpoint");
  if (!starts_as_hdf5(file)) file.refuse("is not a checkpoint (not an HDF5 file)");
  Trailer trailer{};
  if (file.size() > trailer_size) file.read(file.size() - trailer_size, trailer);
  if (std::memcmp(trailer.data(), trailer_magic.data(), trailer_magic.size()) != 0)
    file.refuse(
        "is an HDF5 file, but not an Orochi checkpoint: its end mark is missing (another program wrote it, "
        "or it "
        "was cut short)");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < 8; ++i) length |= static_cast<std::uint64_t>(trailer[8 + i]) << (8 * i);
  if (length != file.size() - trailer_size)
    file.refuse(
        fmt::format("is damaged: {} bytes of contents where {} were written; use the checkpoint before it",
                    file.size() - trailer_size, length));
  return trailer;
}

}  // namespace

std::vector<unsigned char> load_image(const std::string& path) {
  const InputFile file(path);
  const Trailer trailer = read_trailer(file);
  std::vector<unsigned char> image(file.size() - trailer_size);
  file.read(0, image);
  if (make_trailer(image) != trailer)
    file.refuse(
        "is damaged or was changed after it was written: its checksum does not match; use the checkpoint "
        "before "
        "it");
  return image;
}

}  // namespace orochi::checkpoint
