#include "data/readers/csv_parser.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <orochi/reader.hpp>

#include "data/file_errors.hpp"

namespace orochi {

std::string delimiter_name(char delimiter) {
  return delimiter == ','    ? "comma"
         : delimiter == ';'  ? "semicolon"
         : delimiter == '\t' ? "tab"
                             : quote({&delimiter, 1});
}

bool CsvParser::next(CsvRecord& record) {
  if (rest_.empty()) return false;
  record.line = line_;
  record.fields.clear();
  record.error.clear();
  record.is_blank = rest_.starts_with('\n') || rest_.starts_with("\r\n");
  while (take_field(record)) {
  }
  return true;
}

bool CsvParser::take_field(CsvRecord& record) {
  std::string& field = record.fields.emplace_back();
  const bool is_quoted = has_quotes_ && rest_.starts_with('"');
  const std::string_view from_quote = rest_;
  const Index line_of_quote = line_;
  const auto below_quote = [&](std::string error) {
    record.error = std::move(error);
    record.line = line_of_quote;
    rest_ = from_quote;
    take_line(rest_);
    line_ = line_of_quote + 1;
    return false;
  };
  if (is_quoted && !take_quoted(field))
    return below_quote(
        "a quoted field begins here and is not closed before the end of the file; close it, or set "
        "data.format.quotes = false if no field of the file is quoted");
  const std::size_t end = std::min(rest_.find_first_of(ends_), rest_.size());
  const bool is_last = end == rest_.size() || rest_[end] == '\n';
  std::string_view plain = rest_.substr(0, end);
  if (is_last && plain.ends_with('\r')) plain.remove_suffix(1);
  if (is_quoted && !plain.empty())
    return below_quote(fmt::format(
        "{} follows a closing quote{}; expected a {} or the line's end", quote(plain),
        line_ == line_of_quote ? "" : fmt::format(" in line {}, of a field that begins here", line_),
        delimiter_name(ends_.front())));
  if (has_quotes_ && plain.find('"') != std::string_view::npos) {
    record.error = fmt::format(
        "a quote inside the plain field {}; quote the field and double its quotes, or "
        "set data.format.quotes = false if no field of the file is quoted",
        quote(plain));
  }
  field += plain;
  if (is_last) ++line_;
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  // A delimiter at the very end of the text still opens one more, empty field.
  return !is_last;
}

bool CsvParser::take_quoted(std::string& field) {
  rest_.remove_prefix(1);
  while (true) {
    const std::size_t end = std::min(rest_.find('"'), rest_.size());
    const std::string_view piece = rest_.substr(0, end);
    line_ += std::count(piece.begin(), piece.end(), '\n');
    field += piece;
    rest_.remove_prefix(end);
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    if (!rest_.starts_with('"')) return true;
    field += '"';  // a doubled quote
    rest_.remove_prefix(1);
  }
}

}  // namespace orochi
