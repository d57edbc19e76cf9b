#include "data/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include <orochi/error.hpp>
#include <orochi/reader.hpp>

#include "core/utf8.hpp"
#include "data/raw.hpp"
#include "data/sniff.hpp"
#include "data/unpack.hpp"
#include "io/checkpoint_format.hpp"

namespace orochi {
namespace {

/// What a file is that begins so and is no text of ours, with what to do; or nothing.
std::string other_kind(std::string_view contents) {
  const Sniffed found = sniff_no_text(contents.substr(0, TextFile::beginning_bytes));
  if (found.is_no_text) return fmt::format("is {}; {}", found.description, found.advice);
  if (has_bare_returns(contents))
    return "has lines that end in a carriage return alone; write them anew, for instance with tr '\\r' '\\n'";
  return {};
}

/// The first byte that is no character of the encoding.
std::size_t find_broken(std::string_view text, Encoding encoding) {
  return encoding == Encoding::utf8 ? utf8::find_invalid(text) : find_undefined(text, encoding);
}

/// Whether all bytes are text in it; what Latin-1 has from 0x80 to 0x9F is none.
bool may_be(std::string_view contents, Encoding encoding) {
  const auto is_control = [](char c) { return (c & 0xE0) == 0x80; };
  return find_broken(contents, encoding) == contents.npos &&
         (encoding != Encoding::latin1 || std::ranges::none_of(contents, is_control));
}

/// What to do about a file of another encoding than `own`.
std::string remedy(std::string_view contents, const std::string& own, const FileErrors& errors) {
  if (!errors.is_of_config())
    return fmt::format(
        "the model was trained with data.encoding = \"{}\": convert the file, for instance with iconv", own);
  if (const std::string convert = errors.convert_for_fellow(); !convert.empty())
    return convert + ", for instance with iconv";
  std::string others;
  for (const std::string& other : encoding_choice.list())
    if (other != own && may_be(contents, encoding_choice.value(other)))
      others += fmt::format("{}\"{}\"", others.empty() ? "set data.encoding to " : " or ", other);
  return others + (others.empty() ? "" : ", or ") + "convert the file, for instance with iconv";
}

/// Calls found(line, place in it, all of it) for the first NUL byte, or byte that `find` finds, of each line:
/// what follows is seldom worth reading.
template <class Find, class Found>
void for_broken_lines(std::string_view contents, const Find& find, const Found& found) {
  for (Index line = 1; !contents.empty(); ++line) {
    const std::string_view text = take_line(contents);
    const std::size_t at = std::min(find(text), text.find('\0'));
    if (at != std::string_view::npos) found(line, at, text);
  }
}

/// Whether each line is text in the encoding; errors where not.
bool check_lines(std::string_view contents, Encoding encoding, FileErrors& errors) {
  const std::string own = encoding_choice.word(encoding);
  const auto find = [&](std::string_view line) { return find_broken(line, encoding); };
  bool good = true;
  std::string advice;  // the same for all lines
  for_broken_lines(contents, find, [&](Index line, std::size_t at, std::string_view text) {
    good = false;
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte != 0 && advice.empty()) advice = remedy(contents, own, errors);
    errors.add(byte == 0 ? "a NUL byte; expected text: is this a binary file?"
               : encoding == Encoding::utf8
                   ? fmt::format("byte 0x{:02x} is not valid UTF-8; {}", byte, advice)
                   : fmt::format("byte 0x{:02x} is no character of {}; {}", byte, own, advice),
               line, static_cast<Index>(at) + 1);
  });
  return good;
}

/// Text of one byte a character is next to never UTF-8 by chance: it would be read as nonsense.
void refuse_utf8(std::string_view contents, const std::string& own, FileErrors& errors) {
  if (utf8::find_invalid(contents) != std::string_view::npos) return;
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  const std::string convert = errors.convert_for_fellow();
  Index line = 1;
  while (!contents.empty()) {
    const std::string_view text = take_line(contents);
    const auto other = std::find_if_not(text.begin(), text.end(), is_ascii);
    if (other != text.end())
      return errors.add(
          fmt::format(
              "is valid UTF-8, but is read as data.encoding = \"{}\"; {}", own,
              !errors.is_of_config()
                  ? "the model was trained on files in it: convert the file, for instance with iconv -f UTF-8"
              : convert.empty() ? "set data.encoding to \"utf-8\""
                                : convert + ", for instance with iconv -f UTF-8"),
          line, other - text.begin() + 1);
    ++line;
  }
}

void append(Column<char>& bytes, std::string_view more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

/// Appends the bytes of the file; returns whether they were compressed.
bool read_contents(FileErrors& errors, Column<char>& bytes) {
  std::ifstream stream = open_file(errors);
  if (!errors.empty()) return false;
  std::error_code unknown;  // of a pipe
  if (const auto size = std::filesystem::file_size(errors.path(), unknown); !unknown) bytes.reserve(size);
  const Unpacked unpacked = read_unpacked(stream, [&](std::string_view piece) { append(bytes, piece); });
  if (stream.bad())
    throw failure(fmt::format("{}: could not be read to its end: {}", errors.path(), std::strerror(errno)));
  if (!unpacked.error.empty()) errors.add(unpacked.error);
  return unpacked.was_packed;
}

/// to_utf8 piece by piece.
Column<char> all_to_utf8(const Column<char>& bytes, Encoding encoding) {
  constexpr std::size_t most = 1 << 20;
  Column<char> result(bytes.get_allocator());
  for (std::size_t at = 0; at < bytes.size(); at += most)
    append(result, to_utf8({bytes.data() + at, std::min(most, bytes.size() - at)}, encoding));
  return result;
}

}  // namespace

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool ends_as_checkpoint(std::istream& file) {
  std::string end(checkpoint::trailer_magic.size(), '\0');
  file.seekg(-static_cast<std::streamoff>(checkpoint::trailer_size), std::ios::end);
  file.read(end.data(), std::ssize(end));
  const bool found = file.good() && end == checkpoint::trailer_magic;
  file.clear();
  file.seekg(0);
  return found;
}

bool has_bare_returns(std::string_view contents) {
  const std::size_t first = contents.find('\r');
  return first != contents.npos && first + 1 < contents.size() && contents.find('\n') == contents.npos;
}

std::ifstream open_file(FileErrors& errors) {
  std::error_code error;
  const std::filesystem::path path = errors.path();
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    errors.add("is a folder; expected a file");
    return {};
  }
  if (status.type() == std::filesystem::file_type::not_found) {
    errors.add(errors.is_of_config() ? "no such file; paths in a config are relative to the config's folder"
                                     : "no such file");
    return {};
  }
  if (!std::filesystem::status_known(status)) {  // in a folder that may not be entered, for instance
    errors.add(fmt::format("cannot be opened: {}", error.message()));
    return {};
  }
  if (path == standard_input && ::isatty(STDIN_FILENO) == 1) {
    errors.add(
        "standard input is a terminal; send the data by a pipe or with <, once more for each command that "
        "reads it again");
    return {};
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    errors.add(fmt::format("cannot be opened: {}", std::strerror(errno)));
  } else if (stream.peek() == std::ifstream::traits_type::eof() && !stream.bad()) {
    errors.add("the file is empty; expected labelled sequences");
  } else if (std::filesystem::is_regular_file(status) && ends_as_checkpoint(stream)) {
    errors.add("is a checkpoint of Orochi, a trained model that holds no data; name a file of data");
  }
  return stream;
}

std::string_view TextFile::read(FileErrors& errors) {
  bytes_.clear();
  const bool were_packed = read_contents(errors, bytes_);
  if (!errors.empty()) return {};
  if (const std::string kind = other_kind(bytes()); !kind.empty()) {
    errors.add(were_packed ? "once unpacked, " + kind : kind);
    return {};
  }
  is_valid_ = check_lines(bytes(), encoding_, errors);
  if (encoding_ != Encoding::utf8) {
    refuse_utf8(bytes(), encoding_choice.word(encoding_), errors);
    bytes_ = all_to_utf8(bytes_, encoding_);
  }
  std::string_view text = bytes();
  if (encoding_ == Encoding::utf8 && text.starts_with(utf8::byte_order_mark))
    text.remove_prefix(utf8::byte_order_mark.size());
  if (text.empty() && errors.empty()) errors.add("the file is empty; expected labelled sequences");
  return text;
}

Index TextFile::column_in_file(Index line, Index column) const {
  if (encoding_ == Encoding::utf8) return column;
  std::string_view rest = bytes(), text;
  for (Index i = 0; i < line && !rest.empty(); ++i) text = take_line(rest);
  // A byte of the file is a character.
  const std::string_view before = text.substr(0, static_cast<std::size_t>(column - 1));
  return static_cast<Index>(
             std::count_if(before.begin(), before.end(), [](char c) { return !utf8::continues(c); })) +
         1;
}

void TextFile::read_beginning(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  bytes_.resize(beginning_bytes);
  stream.read(bytes_.data(), static_cast<std::streamsize>(beginning_bytes));
  bytes_.resize(static_cast<std::size_t>(stream.gcount()));
}

}  // namespace orochi
