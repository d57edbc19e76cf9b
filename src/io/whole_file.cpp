#include "io/whole_file.hpp"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <orochi/error.hpp>

namespace orochi {
namespace {

// One attempt to write `path`: knows the name for messages.
class Attempt {
 public:
  explicit Attempt(const std::string& path) : path_(path), temporary_(path + ".tmp") {}
  ~Attempt() {
    if (open_ >= 0) ::close(open_);
    if (written_) ::unlink(temporary_.c_str());
    if (!moved_to_.empty()) std::rename(moved_to_.c_str(), path_.c_str());
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  // Whether a file is at the path; anything else there is refused.
  bool replaces() const;
  void write_temporary(std::span<const unsigned char> bytes);
  void keep(const std::string& previous);
  void put_in_place();
  void take(const std::string& folder) const { rename(folder, path_); }
  void sync_folder();

 private:
  [[noreturn]] void fail(const char* call, const std::string& file, int error) const {
    throw failure(fmt::format("cannot write '{}': {} '{}': {}", path_, call, file,
                              std::generic_category().message(error)));
  }
  int expect(int result, const char* call, const std::string& file) const {
    if (result < 0) fail(call, file, errno);
    return result;
  }
  void sync(const std::string& file, bool may_be_unsupported) const;
  void close(const std::string& file) { expect(::close(std::exchange(open_, -1)), "close", file); }
  void rename(const std::string& from, const std::string& to) const {
    expect(std::rename(from.c_str(), to.c_str()), "rename to", to);
  }

  std::string path_, temporary_, moved_to_;
  int open_ = -1;
  bool written_ = false;
};

void Attempt::sync(const std::string& file, bool may_be_unsupported) const {
  while (::fsync(open_) < 0) {
    if (errno == EINVAL && may_be_unsupported) return;
    if (errno != EINTR) fail("fsync", file, errno);
  }
}

void Attempt::write_temporary(std::span<const unsigned char> bytes) {
  if (::unlink(temporary_.c_str()) < 0 && errno != ENOENT) fail("unlink", temporary_, errno);
  open_ =
      expect(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), "open", temporary_);
  written_ = true;
  while (!bytes.empty()) {
    const ssize_t count = ::write(open_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("write", temporary_, count < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  sync(temporary_, false);
  close(temporary_);
}

bool Attempt::replaces() const {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) < 0) {
    if (errno != ENOENT) fail("lstat", path_, errno);
    return false;
  }
  if (!S_ISREG(status.st_mode))
    throw failure(
        fmt::format("cannot write '{}': something other than a file is there; move it away", path_));
  return true;
}

// A second name for the old file, so that `path_` is never missing. Where the file system has no hard links,
// the old file is moved: for an instant only `previous` is.
void Attempt::keep(const std::string& previous) {
  const std::string second_name = previous + ".tmp";
  if (::unlink(second_name.c_str()) < 0 && errno != ENOENT) fail("unlink", second_name, errno);
  if (::link(path_.c_str(), second_name.c_str()) == 0) {
    const int result = std::rename(second_name.c_str(), previous.c_str());
    const int error = errno;
    // Also needed after success: where both are one file already (a run died here before), rename does
    // nothing.
    ::unlink(second_name.c_str());
    if (result < 0) fail("rename to", previous, error);
  } else if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK) {
    rename(path_, previous);
    moved_to_ = previous;
  } else {
    fail("link", second_name, errno);
  }
  sync_folder();
}

void Attempt::put_in_place() {
  rename(temporary_, path_);
  written_ = false;
  moved_to_.clear();
}

void Attempt::sync_folder() {
  const std::string parent = std::filesystem::path(path_).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  open_ = expect(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", folder);
  sync(folder, true);  // some network file systems do not sync folders and say so with EINVAL
  close(folder);
}

}  // namespace

void write_whole_file(const std::string& path, std::span<const unsigned char> bytes,
                      const std::string& keep_previous) {
  Attempt attempt(path);
  const bool replaces = attempt.replaces();
  attempt.write_temporary(bytes);
  if (replaces && !keep_previous.empty()) attempt.keep(keep_previous);
  attempt.put_in_place();
  attempt.sync_folder();
}

void rename_folder(const std::string& from, const std::string& to) {
  Attempt attempt(to);
  attempt.take(from);
  attempt.sync_folder();
}

void make_folders(const std::string& path) {
  std::filesystem::path folder = path;
  if (!folder.has_filename()) folder = folder.parent_path();  // "runs/a/"
  std::error_code ignored;
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return;
  make_folders(folder.parent_path().string());
  if (::mkdir(folder.c_str(), 0777) < 0) {
    const int error = errno;
    if (!std::filesystem::is_directory(folder, ignored))  // another process may have been quicker
      throw failure(fmt::format("mkdir '{}': {}", folder.string(), std::generic_category().message(error)));
  }
  Attempt(folder.string()).sync_folder();
}

}  // namespace orochi
