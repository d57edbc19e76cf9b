// What every reader needs of a file: its text, and a place for records and errors.
#include "data/data_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <unistd.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/unpack.hpp"

namespace orochi {
namespace {

/// What a file is that begins so and is no text of ours, with what to do; or nothing.
std::string other_kind(std::string_view contents) {
  if (packing_of(contents) != Packing::none) return "is compressed a second time; unpack it once";
  if (contents.starts_with("\xFD"
                           "7zXZ"))
    return "is compressed with xz; unpack it with xz -d, or use gzip or Zstandard, which can be read";
  if (contents.starts_with("BZh") && contents.substr(0, 10).find("1AY&SY") == 4)
    return "is compressed with bzip2; unpack it with bzip2 -d, or use gzip or Zstandard, which can be read";
  if (contents.substr(std::min<std::size_t>(257, contents.size())).starts_with("ustar"))
    return "is a tar archive; unpack it with tar -xf and name a file that was in it";
  if (contents.starts_with("PK\x03\x04"))
    return "is a ZIP archive or an office document; unpack it or save it as text";
  if (contents.starts_with(std::string_view("\xFF\xFE\0\0", 4)) ||
      contents.starts_with(std::string_view("\0\0\xFE\xFF", 4)))  // begins as UTF-16 does
    return "is UTF-32; convert it, for instance with iconv -f UTF-32 -t UTF-8";
  if (contents.starts_with("\xFF\xFE") || contents.starts_with("\xFE\xFF"))
    return "is UTF-16; convert it, for instance with iconv -f UTF-16 -t UTF-8";
  if (contents.starts_with("\x89HDF")) return "is an HDF5 file; set data.format to \"hdf5\"";
  return {};
}

/// Whether all bytes are valid UTF-8. One error a line at most: what follows a broken byte is seldom worth
/// reading.
bool check_encoding(std::string_view contents, FileErrors& errors) {
  bool good = true;
  for (Index line = 1; !contents.empty(); ++line) {
    const std::string_view text = take_line(contents);
    const std::size_t broken = utf8::find_invalid(text);
    const std::size_t nul = text.find('\0');
    good = good && nul == std::string_view::npos && broken == std::string_view::npos;
    if (nul < broken) {
      errors.add("a NUL byte; expected text: is this a binary file?", line, static_cast<Index>(nul) + 1);
    } else if (broken != std::string_view::npos) {
      errors.add(fmt::format("byte 0x{:02x} is not valid UTF-8; convert the file, for instance with iconv",
                             static_cast<unsigned char>(text[broken])),
                 line, static_cast<Index>(broken) + 1);
    }
  }
  return good;
}

struct Contents {
  std::string bytes;
  bool were_packed = false;
};

Contents read_contents(FileErrors& errors) {
  std::ifstream stream = open_file(errors);
  if (!errors.empty()) return {};
  Contents contents;
  const Unpacked unpacked = read_unpacked(stream, [&](std::string_view piece) { contents.bytes += piece; });
  contents.were_packed = unpacked.was_packed;
  if (stream.bad())
    throw failure(fmt::format("{}: could not be read to its end: {}", errors.path(), std::strerror(errno)));
  if (!unpacked.error.empty()) errors.add(unpacked.error);
  return contents;
}

}  // namespace

DataFile::~DataFile() = default;

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
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
        "standard input is a terminal; give it the data by a pipe or with <, again for whatever reads it "
        "again");
    return {};
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    errors.add(fmt::format("cannot be opened: {}", std::strerror(errno)));
  } else if (stream.peek() == std::ifstream::traits_type::eof() && !stream.bad()) {
    errors.add("the file is empty; expected labelled sequences");
  }
  return stream;
}

std::string_view FileInMemory::text() {
  Contents contents = read_contents(errors_);
  if (!errors_.empty()) return {};
  contents_ = std::move(contents.bytes);
  if (const std::string kind = other_kind(contents_); !kind.empty()) {
    errors_.add(contents.were_packed ? "once unpacked, " + kind : kind);
    return {};
  }
  is_valid_ = check_encoding(contents_, errors_);
  std::string_view text = contents_;
  if (text.starts_with(utf8::byte_order_mark)) text.remove_prefix(utf8::byte_order_mark.size());
  if (text.empty() && errors_.empty()) errors_.add("the file is empty; expected labelled sequences");
  return text;
}

void FileInMemory::error_in(const Record& record, Index column, const std::string& what) {
  if (what.empty()) return;
  if (record.line == 0)
    errors_.add_sequence(raw_.size(), what);
  else
    error(what, record.line, column);
}

/// Bytes that are not checked yet are looked at.
std::string FileInMemory::text_error(const Record& record, std::string_view text) const {
  if (!record.is_of_text || !is_valid_) {
    const std::size_t broken = std::min(utf8::find_invalid(text), text.find('\0'));
    // What was part of the file has been reported with its byte.
    if (broken != std::string_view::npos)
      return record.is_of_text ? ""
                               : fmt::format("byte {} of the text (0x{:02x}) is not valid UTF-8, or is NUL",
                                             broken + 1, static_cast<unsigned char>(text[broken]));
  }
  return utf8::is_blank(text) ? "the text is empty; expected at least one character" : "";
}

std::string FileInMemory::target_error(const Record& record) const {
  if (!record.is_of_text && utf8::find_invalid(record.target) != std::string_view::npos)
    return fmt::format("label {} is not valid UTF-8; write it anew, or use integers", quote(record.target));
  return targets_.check(record.target);
}

/// Whether the record is whole, and of the shape of the file's first one.
std::string FileInMemory::shape_error(const Record& record) const {
  const Index texts = std::ssize(record.texts), numbers = std::ssize(record.values);
  if ((texts > 0) == (record.channels > 0)) return "expected either texts or numbers";
  if (texts > most_texts) return fmt::format("{}; expected at most {}", counted(texts, "text"), most_texts);
  if (texts == 0 && (numbers == 0 || numbers % record.channels != 0))
    return fmt::format("{} for {}; expected one row or more", counted(numbers, "number"),
                       counted(record.channels, "channel"));
  const Index channels = raw_.channels - (raw_.has_indicator ? 1 : 0);
  if (raw_.size() == 0 || (texts == texts_ && record.channels == channels)) return {};
  return texts_ > 0
             ? fmt::format("{}, but the first record has {}", counted(texts, "text"), texts_)
             : fmt::format("{}, but the first record has {}", counted(record.channels, "channel"), channels);
}

void FileInMemory::take_missing(Record& record) {
  for (float& value : record.values) {
    if (std::isinf(value))
      return error_in(record, 0, "a value is not finite; expected numbers of at most 3.4e38");
    if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();  // one for all: rows are compared
  }
  const std::size_t before = record.values.size();
  // Labels of rows say how many rows there are.
  if (targets_.level() == Level::sequence) take_off_empty_rows(record.values, record.channels);
  if (record.values.empty()) return error_in(record, 0, "every value is missing; leave the sequence out");
  raw_.missing.shortened += record.values.size() < before ? 1 : 0;
  raw_.missing.add(record.values, record.channels, raw_.size(), record.line > 0 ? 1 : 0);
}

std::string_view FileInMemory::beginning() {
  constexpr std::size_t enough = 1 << 16;
  if (contents_.empty()) {
    std::ifstream stream(path(), std::ios::binary);
    contents_.resize(enough);
    stream.read(contents_.data(), static_cast<std::streamsize>(enough));
    contents_.resize(static_cast<std::size_t>(stream.gcount()));
  }
  return std::string_view(contents_).substr(0, enough);
}

void FileInMemory::finish() {
  const MissingCount& missing = raw_.missing;
  if (missing.values == 0 || missing_ != Missing::error) return;
  const std::string all = missing.values == 1
                              ? ""
                              : fmt::format(" ({} of {} are)", counted(missing.values, "value"),
                                            counted(missing.sequences, "sequence"));
  const std::string what = fmt::format(
      "the value at {} is missing{}; {}", missing.place, all,
      errors_.is_of_config()
          ? "set data.missing to \"interpolate\", \"mean\" or \"zero\" to have it filled, or leave the "
            "sequence out"
          : "the model was trained with data.missing = \"error\": fill it in or leave the sequence out");
  if (raw_.lines.empty())
    errors_.add_sequence(missing.first, what);
  else
    errors_.add(what, raw_.lines[as_size(missing.first)]);
}

void FileInMemory::add(Record record) {
  if (const std::string wrong = shape_error(record); !wrong.empty()) return error_in(record, 0, wrong);
  error_in(record, record.target_column, target_error(record));
  for (const std::string& text : record.texts) error_in(record, record.text_column, text_error(record, text));
  const auto is_finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(record.values.begin(), record.values.end(), is_finite)) take_missing(record);
  raw_.has_indicator = has_indicator_ && record.channels > 0;
  if (raw_.has_indicator) add_indicator(record.values, record.channels++);
  if (!(record.weight > 0) || !std::isfinite(static_cast<float>(record.weight)) ||
      static_cast<float>(record.weight) == 0)
    error_in(record, 0, fmt::format("its weight is {}; expected a positive number", record.weight));
  if (raw_.size() == 0) {
    has_lines_ = record.line > 0;
    texts_ = std::ssize(record.texts);
    raw_.num_texts = std::max<Index>(texts_, 1);
    raw_.channels = record.channels;
  }
  const auto number = raw_.targets.size();
  if (!raw_.weights.empty() || record.weight != 1) {  // all were 1 so far
    raw_.weights.resize(number, 1);
    raw_.weights.push_back(record.weight);
  }
  if (!raw_.groups.empty() || !record.group.empty()) {
    raw_.groups.resize(number);
    raw_.groups.push_back(std::move(record.group));
  }
  raw_.targets.push_back(std::move(record.target));
  for (std::string& text : record.texts) raw_.texts.push_back(std::move(text));
  if (has_lines_) raw_.lines.push_back(record.line);
  if (record.channels == 0) return;
  raw_.values.insert(raw_.values.end(), record.values.begin(), record.values.end());
  raw_.offsets.push_back(raw_.offsets.back() + std::ssize(record.values) / record.channels);
}

}  // namespace orochi
