#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/raw.hpp"
#include "data/utf8.hpp"

namespace orochi {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// What a file is that begins so and is no text of ours, with what to do; or nothing.
std::string other_kind(std::string_view contents) {
  if (contents.starts_with("\x1F\x8B")) return "is compressed with gzip; unpack it first";
  if (contents.starts_with("PK\x03\x04"))
    return "is a ZIP archive or an office document; unpack it or save it as text";
  if (contents.starts_with("\xFF\xFE") || contents.starts_with("\xFE\xFF"))
    return "is UTF-16; convert it, for instance with iconv -f UTF-16 -t UTF-8";
  if (contents.starts_with("\x89HDF")) return "is an HDF5 file; set data.format to \"hdf5\"";
  return {};
}

/// One mistake a line at most: what follows a broken byte is seldom worth reading.
void check_encoding(std::string_view contents, Mistakes& mistakes) {
  for (Index line = 1; !contents.empty(); ++line) {
    const std::string_view text = take_line(contents);
    const std::size_t broken = utf8::find_invalid(text);
    const std::size_t nul = text.find('\0');
    if (nul < broken) {
      mistakes.add_byte(line, static_cast<Index>(nul) + 1,
                        "a NUL byte; expected text: is this a binary file?");
    } else if (broken != std::string_view::npos) {
      mistakes.add_byte(
          line, static_cast<Index>(broken) + 1,
          fmt::format("byte 0x{:02x} is not valid UTF-8; convert the file, for instance with iconv",
                      static_cast<unsigned char>(text[broken])));
    }
  }
}

void read_tsv_line(std::string_view text, Index line, const Targets& targets, RawSplit& raw,
                   Mistakes& mistakes) {
  const std::size_t tab = text.find('\t');
  if (tab == std::string_view::npos) {
    mistakes.add_line(line, fmt::format("no tab in {}; expected label<TAB>text", quote(text)));
    return;
  }
  const std::string_view label = text.substr(0, tab);
  const std::string_view body = text.substr(tab + 1);
  if (const std::size_t second = body.find('\t'); second != std::string_view::npos) {
    const std::size_t lone = text.find('\r');
    mistakes.add_byte(line, static_cast<Index>(std::min(lone, tab + 1 + second)) + 1,
                      lone < tab + 1 + second
                          ? "a carriage return inside a line; expected lines that end in LF or CR LF"
                          : "a second tab; expected label<TAB>text, with blanks for tabs in the text");
    return;
  }
  const std::string wrong_target = targets.check(label);
  const std::string wrong_text = text_mistake(body);
  if (!wrong_target.empty()) mistakes.add_byte(line, 1, wrong_target);
  if (!wrong_text.empty()) mistakes.add_byte(line, static_cast<Index>(tab) + 2, wrong_text);
  raw.targets.emplace_back(label);
  raw.texts.emplace_back(body);
  raw.lines.push_back(line);
}

/// The file formats: the values of data.format.
struct Format {
  std::string_view name;
  bool is_text;
  RawSplit (*read)(const DataConfig&, const Targets&, Mistakes&);
};
constexpr std::array<Format, 4> formats{{
    {"tsv", true, [](const DataConfig&, const Targets& t, Mistakes& m) { return read_tsv(t, m); }},
    {"csv", true, read_csv},
    {"ts", false, [](const DataConfig&, const Targets& t, Mistakes& m) { return read_ts(t, m); }},
    {"hdf5", false, [](const DataConfig&, const Targets& t, Mistakes& m) { return read_hdf5(t, m); }},
}};

const Format* find_format(std::string_view name) {
  const auto found =
      std::find_if(formats.begin(), formats.end(), [&](const Format& format) { return format.name == name; });
  return found == formats.end() ? nullptr : &*found;
}

}  // namespace

std::string RawSplit::place(Index sequence) const {
  if (lines.empty()) return fmt::format("{}: sequence {}", path, sequence);
  return fmt::format("{}:{}", path, lines[static_cast<std::size_t>(sequence)]);
}

bool is_text(const DataConfig& config) {
  const Format* format = find_format(config.format);
  return format != nullptr && format->is_text;
}

RawSplit read_raw(const DataConfig& config, const Targets& targets, Mistakes& mistakes) {
  const Format* format = find_format(config.format);
  if (format == nullptr)
    throw usage_error(fmt::format("data.format is {}; allowed are tsv, csv, hdf5, ts", quote(config.format)));
  RawSplit raw = format->read(config, targets, mistakes);
  std::string ending = std::filesystem::path(mistakes.path()).extension().string();
  if (ending == ".h5") ending = ".hdf5";
  const bool is_known = !ending.empty() && find_format(ending.substr(1)) != nullptr;
  if (!mistakes.empty() && is_known && ending != "." + config.format)
    mistakes.add(fmt::format("is read as data.format = \"{}\"; by its name it may be \"{}\"", config.format,
                             ending.substr(1)));
  return raw;
}

std::ifstream open_file(Mistakes& mistakes) {
  std::error_code error;
  const std::filesystem::path path = mistakes.path();
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    mistakes.add("is a folder; expected a file");
    return {};
  }
  if (status.type() == std::filesystem::file_type::not_found) {
    mistakes.add("no such file; paths in a config are relative to the config's folder");
    return {};
  }
  if (!std::filesystem::status_known(status)) {  // in a folder that may not be entered, for instance
    mistakes.add(fmt::format("cannot be opened: {}", error.message()));
    return {};
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    mistakes.add(fmt::format("cannot be opened: {}", std::strerror(errno)));
  } else if (stream.peek() == std::ifstream::traits_type::eof() && !stream.bad()) {
    mistakes.add("the file is empty; expected labelled sequences");
  }
  return stream;
}

std::string read_text_file(Mistakes& mistakes) {
  std::ifstream stream = open_file(mistakes);
  if (!mistakes.empty()) return {};
  std::string contents;
  for (char bytes[65536]; stream.read(bytes, sizeof bytes), stream.gcount() > 0;)
    contents.append(bytes, static_cast<std::size_t>(stream.gcount()));
  if (stream.bad())
    throw failure(fmt::format("{}: could not be read to its end: {}", mistakes.path(), std::strerror(errno)));
  if (const std::string kind = other_kind(contents); !kind.empty()) {
    mistakes.add(kind);
    return {};
  }
  check_encoding(contents, mistakes);
  if (contents.starts_with(byte_order_mark)) contents.erase(0, byte_order_mark.size());
  if (contents.empty() && mistakes.empty()) mistakes.add("the file is empty; expected labelled sequences");
  return contents;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string text_mistake(std::string_view text) {
  const std::size_t broken = utf8::find_invalid(text);
  // Broken text has been reported with its byte; only its beginning can be decoded.
  if (broken == std::string_view::npos && utf8::is_blank(text))
    return "the text is empty; expected at least one character";
  return {};
}

RawSplit read_tsv(const Targets& targets, Mistakes& mistakes) {
  RawSplit raw;
  raw.path = mistakes.path();
  const std::string contents = read_text_file(mistakes);
  std::string_view rest = contents;
  Index blanks = 0;  // just before this line; they are a mistake only if a line follows
  for (Index line = 1; !rest.empty(); ++line) {
    const std::string_view text = take_line(rest);
    if (text.empty()) {
      ++blanks;
      continue;
    }
    for (; blanks > 0; --blanks) mistakes.add_line(line - blanks, "a blank line; expected label<TAB>text");
    read_tsv_line(text, line, targets, raw, mistakes);
  }
  if (raw.targets.empty() && mistakes.empty())
    mistakes.add("nothing but blank lines; expected label<TAB>text");
  return raw;
}

}  // namespace orochi
