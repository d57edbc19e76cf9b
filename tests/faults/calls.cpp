// The functions in front of those of libc.
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "faults.hpp"

using namespace faults;

namespace {

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string absolute(const char* path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).lexically_normal().string();
}
// Makes the call, or not; errno is what the program will see.
template <typename Function>
auto run(Call& call, const Function& function) -> decltype(function()) {
  int error = call.fails() ? call.error() : 0;
  decltype(function()) result = -1;
  if (error == 0) {
    result = function();
    error = errno;
  }
  call.done(static_cast<long>(result), error);
  errno = error;
  return result;
}

int open_any(const char* name, const char* path, int flags, mode_t mode) {
  const auto function = real<int(const char*, int, ...)>(name);
  if (is_inside()) return function(path, flags, mode);
  const Inside guard;
  const std::string where = absolute(path);
  Call call("open", where, (flags & O_CREAT) != 0 ? "create" : "");
  const int file = run(call, [&] { return function(path, flags, mode); });
  const int error = errno;
  remember(file, where);
  errno = error;
  return file;
}

std::FILE* fopen_any(const char* name, const char* path, const char* mode) {
  const auto function = real<std::FILE*(const char*, const char*)>(name);
  if (is_inside()) return function(path, mode);
  const Inside guard;
  const std::string where = absolute(path);
  Call call("open", where, mode[0] == 'r' ? "" : "create");
  std::FILE* stream = nullptr;
  run(call, [&] {
    stream = function(path, mode);
    return stream == nullptr ? -1 : 0;
  });
  const int error = errno;
  if (stream != nullptr) remember(::fileno(stream), where);
  errno = error;
  return stream;
}

template <typename Function>
auto on_file(const char* name, int file, const Function& function) {
  const Inside guard;
  Call call(name, path_of(file));
  return run(call, [&] { return function(call); });
}

template <typename Function>
int on_paths(const char* name, const char* from, const char* to, const Function& function) {
  const Inside guard;
  Call call(name, absolute(from), to == nullptr ? "" : absolute(to));
  return run(call, function);
}

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) noexcept { return allocation_fails() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept {
  return allocation_fails() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  return allocation_fails() ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return allocation_fails() ? nullptr : __libc_memalign(alignment, size);
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_any("open", path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return open_any("open64", path, flags, mode);
}
std::FILE* fopen(const char* path, const char* mode) { return fopen_any("fopen", path, mode); }
std::FILE* fopen64(const char* path, const char* mode) { return fopen_any("fopen64", path, mode); }

int close(int file) {
  const auto function = real<int(int)>("close");
  if (is_inside()) return function(file);
  const Inside guard;
  Call call("close", path_of(file));
  forget(file);
  if (call.fails()) function(file);  // the descriptor is gone all the same
  return run(call, [&] { return function(file); });
}
int fclose(std::FILE* stream) {
  const auto function = real<int(std::FILE*)>("fclose");
  if (is_inside()) return function(stream);
  const Inside guard;
  forget(::fileno(stream));
  return function(stream);
}

ssize_t write(int file, const void* bytes, std::size_t size) {
  const auto function = real<ssize_t(int, const void*, std::size_t)>("write");
  if (is_inside()) return function(file, bytes, size);
  return on_file("write", file, [&](Call& call) {
    if (call.is_watched()) call.set_offset(::lseek(file, 0, SEEK_CUR));
    const ssize_t result = function(file, bytes, call.size(size));
    if (result > 0) call.set_data(bytes, static_cast<std::size_t>(result));
    return result;
  });
}
ssize_t read(int file, void* bytes, std::size_t size) {
  const auto function = real<ssize_t(int, void*, std::size_t)>("read");
  if (is_inside()) return function(file, bytes, size);
  return on_file("read", file, [&](Call& call) { return function(file, bytes, call.size(size)); });
}
ssize_t pread(int file, void* bytes, std::size_t size, off_t offset) {
  const auto function = real<ssize_t(int, void*, std::size_t, off_t)>("pread");
  if (is_inside()) return function(file, bytes, size, offset);
  return on_file("read", file, [&](Call& call) { return function(file, bytes, call.size(size), offset); });
}
ssize_t pread64(int file, void* bytes, std::size_t size, off_t offset) {
  const auto function = real<ssize_t(int, void*, std::size_t, off_t)>("pread64");
  if (is_inside()) return function(file, bytes, size, offset);
  return on_file("read", file, [&](Call& call) { return function(file, bytes, call.size(size), offset); });
}
int fsync(int file) {
  const auto function = real<int(int)>("fsync");
  if (is_inside()) return function(file);
  return on_file("fsync", file, [&](Call&) { return function(file); });
}
int ftruncate(int file, off_t length) noexcept {
  const auto function = real<int(int, off_t)>("ftruncate");
  if (is_inside()) return function(file, length);
  return on_file("ftruncate", file, [&](Call&) { return function(file, length); });
}
int flock(int file, int operation) noexcept {
  const auto function = real<int(int, int)>("flock");
  if (is_inside()) return function(file, operation);
  return on_file("flock", file, [&](Call&) { return function(file, operation); });
}
int rename(const char* from, const char* to) noexcept {
  const auto function = real<int(const char*, const char*)>("rename");
  if (is_inside()) return function(from, to);
  return on_paths("rename", from, to, [&] { return function(from, to); });
}
int link(const char* from, const char* to) noexcept {
  const auto function = real<int(const char*, const char*)>("link");
  if (is_inside()) return function(from, to);
  return on_paths("link", from, to, [&] { return function(from, to); });
}
int unlink(const char* path) noexcept {
  const auto function = real<int(const char*)>("unlink");
  if (is_inside()) return function(path);
  return on_paths("unlink", path, nullptr, [&] { return function(path); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  const auto function = real<int(const char*, mode_t)>("mkdir");
  if (is_inside()) return function(path, mode);
  return on_paths("mkdir", path, nullptr, [&] { return function(path, mode); });
}

// Calls that would change a file unseen: the program makes none of them below the folder.
int fdatasync(int file) {
  if (!path_of(file).empty()) std::abort();
  return real<int(int)>("fdatasync")(file);
}
ssize_t pwrite64(int file, const void* bytes, std::size_t size, off_t offset) {
  if (!path_of(file).empty()) std::abort();
  return real<ssize_t(int, const void*, std::size_t, off_t)>("pwrite64")(file, bytes, size, offset);
}
ssize_t writev(int file, const iovec* parts, int count) {
  if (!path_of(file).empty()) std::abort();
  return real<ssize_t(int, const iovec*, int)>("writev")(file, parts, count);
}
}
