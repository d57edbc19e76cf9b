#include "cli/line_reader.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"

namespace orochi {
namespace {

constexpr std::size_t bytes_a_read = 1 << 16;
constexpr std::size_t longest_line = 1
                                     << 24;  // bytes: more is no text but an error, and would fill the memory

}  // namespace

LineReader::LineReader(const std::string& path) : name_(path) {
  if (path.empty() || path == "-") {
    name_ = "standard input";
    descriptor_ = STDIN_FILENO;
    return;
  }
  if (std::error_code error; std::filesystem::is_directory(path, error))
    throw usage_error(path + ": error: is a folder; expected a file");
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw usage_error(fmt::format("{}: {}", path, std::strerror(errno)));
}

LineReader::~LineReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

bool LineReader::is_terminal() const { return ::isatty(descriptor_) == 1; }

bool LineReader::fill() {
  buffer_.erase(0, at_);
  at_ = end_ = 0;
  while (!at_end_ && !has_line()) {
    if (buffer_.size() > longest_line)
      throw usage_error(fmt::format("{}:{}: error: a line of more than {} MiB; expected one sequence a line",
                                    name_, line_number_ + 1, longest_line >> 20));
    const std::size_t before = buffer_.size();
    buffer_.resize(before + bytes_a_read);
    const ssize_t got = ::read(descriptor_, buffer_.data() + before, bytes_a_read);
    const int error = errno;
    buffer_.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0 && error != EINTR)
      throw failure(fmt::format("cannot read {}: {}", name_, std::strerror(error)));
    if (got == 0) at_end_ = true;
    const std::size_t feed = buffer_.rfind('\n');
    end_ = at_end_ ? buffer_.size() : feed == std::string::npos ? 0 : feed + 1;
  }
  return has_line();
}

bool LineReader::next(std::string_view& line) {
  if (!has_line()) return false;
  line = std::string_view(buffer_).substr(at_, end_ - at_);
  const std::size_t feed = line.find('\n');
  line = line.substr(0, feed);
  at_ += line.size() + (feed == std::string_view::npos ? 0 : 1);
  ++line_number_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line_number_ == 1 && line.starts_with(utf8::byte_order_mark))
    line.remove_prefix(utf8::byte_order_mark.size());
  return true;
}

}  // namespace orochi
