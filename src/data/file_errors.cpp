#include "data/file_errors.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/utf8.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_shown = 20;   // errors of one file
constexpr std::size_t most_quoted = 60;  // bytes of a quoted text
constexpr std::size_t most_listed = 12;  // names in a list

}  // namespace

FileErrors::FileErrors(const std::vector<std::string>& paths, PathFrom from)
    : FileErrors(name_of_all(paths), from) {
  if (paths.size() < 2) return;
  for (const std::string& path : paths) files_.emplace_back(path, from);
}

void FileErrors::read_beside(const std::string& path) {
  if (is_of_config_) fellow_ = path;
  for (FileErrors& file : files_) file.read_beside(path);
}

std::string FileErrors::convert_for_fellow() const {
  if (fellow_.empty()) return "";
  return fellow_ + " is read so, and one config reads all its files alike: convert this one";
}

bool FileErrors::empty() const {
  return count_ == 0 &&
         std::all_of(files_.begin(), files_.end(), [](const FileErrors& file) { return file.empty(); });
}

void FileErrors::add(const std::string& what, Index line, Index column) {
  keep(line, [&] {
    const std::string at = line == 0 ? "" : fmt::format(":{}", line);
    return fmt::format("{}{}{}: error: {}", path_, at, column == 0 ? "" : fmt::format(":{}", column), what);
  });
}

void FileErrors::add_sequence(Index sequence, const std::string& what) {
  keep(sequence + 1, [&] { return fmt::format("{}: error: sequence {}: {}", path_, sequence, what); });
}

void FileErrors::add_report(const std::string& report) {
  keep(0, [&] { return report; });
}

bool FileErrors::shows(Index location) const {
  return shown_.size() < most_shown || location < shown_.back().location;
}

// A file may have an error in each of millions of lines: only those that are shown are kept.
template <class Message>
void FileErrors::keep(Index location, const Message& message) {
  ++count_;
  if (!shows(location)) return;
  if (shown_.size() == most_shown) shown_.pop_back();
  const auto later = std::upper_bound(shown_.begin(), shown_.end(), location,
                                      [](Index at, const FileError& other) { return at < other.location; });
  shown_.insert(later, {location, message()});
}

std::string FileErrors::report() const {
  std::string report;
  const auto append = [&](const std::string& lines) {
    if (!report.empty() && !lines.empty()) report += '\n';
    report += lines;
  };
  for (const FileError& error : shown_) append(error.message);
  const Index more = count_ - static_cast<Index>(shown_.size());
  if (more > 0) append(fmt::format("{}: error: and {} more", path_, grouped(more)));
  for (const FileErrors& file : files_) append(file.report());
  return report;
}

std::vector<std::string> FileErrors::first(std::size_t count) const {
  std::vector<std::string> messages;
  for (std::size_t i = 0; i < std::min(count, shown_.size()); ++i) messages.push_back(shown_[i].message);
  return messages;
}

void throw_if_any(std::span<const FileErrors> files) {
  std::string report;
  for (const FileErrors& file : files) {
    if (file.empty()) continue;
    if (!report.empty()) report += '\n';
    report += file.report();
  }
  if (!report.empty()) throw usage_error(report);
}

std::string quote(std::string_view text) {
  std::string result = "\"";
  const std::size_t size = text.size();
  while (!text.empty() && size - text.size() < most_quoted) {
    const auto [bytes, code_point, is_valid] = utf8::take(text);
    if (!is_valid || code_point < 0x20 || code_point == 0x7F)
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    else
      result += bytes;
  }
  return result + (text.empty() ? "\"" : "...\"");
}

std::string quote_list(std::span<const std::string> texts) {
  return quote_list(std::vector<std::string_view>(texts.begin(), texts.end()));
}

std::string quote_list(std::span<const std::string_view> texts) {
  std::string list;
  for (std::size_t i = 0; i < std::min(texts.size(), most_listed); ++i) {
    if (i > 0) list += ", ";
    list += quote(texts[i]);
  }
  if (texts.size() > most_listed) list += fmt::format(" and {} more", texts.size() - most_listed);
  return list;
}

std::string name_of_all(std::span<const std::string> paths) {
  if (paths.size() < 2) return paths.empty() ? "" : paths.front();
  if (paths.size() == 2) return fmt::format("{} and {}", paths[0], paths[1]);
  return fmt::format("{} and {} more files", paths[0], paths.size() - 1);
}

std::string grouped(Index number) {
  const std::string digits = std::to_string(number);
  std::string result;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool is_group = i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-';
    if (is_group) result += ',';
    result += digits[i];
  }
  return result;
}

std::string counted(Index number, std::string_view noun) {
  const bool adds_es = !noun.empty() && noun.back() == 's';
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : adds_es ? "es" : "s");
}

}  // namespace orochi
