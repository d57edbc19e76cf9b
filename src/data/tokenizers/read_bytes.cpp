#include "data/tokenizers/read_bytes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"
#include "data/raw.hpp"
#include "data/unpack.hpp"

namespace orochi {

std::string read_bytes(const std::string& path, const std::string& expected) {
  std::vector<FileErrors> errors{FileErrors(path)};
  std::ifstream stream = open_file(errors.front());
  if (stream.is_open() && stream.eof()) errors.front().replace("the file is empty; expected " + expected);
  throw_if_any(errors);
  std::string bytes;
  const Unpacked unpacked = read_unpacked(stream, [&](std::string_view piece) { bytes += piece; });
  if (stream.bad())
    throw failure(fmt::format("{}: could not be read to its end: {}", path, std::strerror(errno)));
  if (!unpacked.error.empty()) throw usage_error(fmt::format("{}: {}", path, unpacked.error));
  return bytes;
}

std::string read_text(const std::string& path, const std::string& expected) {
  std::string text = read_bytes(path, expected);
  const std::size_t broken = std::min(utf8::find_invalid(text), text.find('\0'));
  if (broken != std::string::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(broken), '\n');
    throw usage_error(fmt::format("{}:{}: error: byte 0x{:02x} is not valid UTF-8, or is NUL; expected {}",
                                  path, line, static_cast<unsigned char>(text[broken]), expected));
  }
  if (text.starts_with(utf8::byte_order_mark)) text.erase(0, utf8::byte_order_mark.size());
  return text;
}

}  // namespace orochi
