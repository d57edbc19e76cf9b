#include <cerrno>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <orochi/column.hpp>
#include <orochi/error.hpp>

#include "core/temporary_file.hpp"

namespace orochi {
namespace {

constexpr std::size_t smallest_file = 1 << 20;  // smaller arrays are in memory
constexpr long tmpfs_magic = 0x01021994;        // of <linux/magic.h>

class File {
 public:
  explicit File(const std::string& folder) {
    std::string path;
    descriptor_ = make_temporary_file(folder, path);
    if (descriptor_ < 0)
      throw usage_error(fmt::format("{}: no file can be made there: {}; set TMPDIR to a folder where one can",
                                    folder, std::strerror(errno)));
    ::unlink(path.c_str());  // it goes when it is unmapped, however the program ends
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

Storage Storage::on_disk(const std::string& folder) {
  const File file(folder);
  struct statfs system {};
  if (::fstatfs(file.descriptor(), &system) == 0 && system.f_type == tmpfs_magic)
    throw usage_error(
        fmt::format("{}: is in memory itself (tmpfs); set TMPDIR to a folder on a disk", folder));
  Storage storage;
  storage.folder_ = std::make_shared<const std::string>(folder);
  return storage;
}

void* Storage::allocate(std::size_t bytes) const {
  if (!is_on_disk() || bytes < smallest_file) return ::operator new(bytes);
  const File file(*folder_);
  // Room is reserved: a disk that is full while a page is written would end the program.
  const int error = ::posix_fallocate(file.descriptor(), 0, static_cast<off_t>(bytes));
  const bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  if (error != 0)
    throw failure(fmt::format("{}: no room for {:.1f} GB of the data: {}{}", *folder_,
                              static_cast<double>(bytes) / 1e9, std::strerror(error),
                              is_full ? "; set TMPDIR to a larger disk, or use a part of the data" : ""));
  void* start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor(), 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  return start;
}

void Storage::deallocate(void* start, std::size_t bytes) const noexcept {
  if (!is_on_disk() || bytes < smallest_file)
    ::operator delete(start);
  else
    ::munmap(start, bytes);
}

}  // namespace orochi
