#include <algorithm>

#include <fmt/format.h>

#include "data/raw.hpp"

namespace orochi {
namespace {

struct CsvRecord {
  Index line = 0;  // where it starts
  std::vector<std::string> fields;
  std::string mistake;  // what is wrong with its quotes, or nothing
  bool is_blank = false;
};

/// Takes records off the text of a CSV file (RFC 4180; lines may also end in LF alone).
class CsvParser {
 public:
  explicit CsvParser(std::string_view contents) : rest_(contents) {}

  /// False at the end of the text.
  bool next(CsvRecord& record) {
    if (rest_.empty()) return false;
    record.line = line_;
    record.fields.clear();
    record.mistake.clear();
    record.is_blank = rest_.starts_with('\n') || rest_.starts_with("\r\n");
    while (take_field(record)) {
    }
    return true;
  }

 private:
  /// Whether another field of the same record follows.
  bool take_field(CsvRecord& record) {
    std::string& field = record.fields.emplace_back();
    const bool is_quoted = rest_.starts_with('"');
    if (is_quoted) take_quoted(field, record);
    const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
    const bool is_last = end == rest_.size() || rest_[end] == '\n';
    std::string_view plain = rest_.substr(0, end);
    if (is_last && plain.ends_with('\r')) plain.remove_suffix(1);
    if (is_quoted && !plain.empty()) {
      record.mistake =
          fmt::format("{} follows a closing quote; expected a comma or the line's end", quote(plain));
    } else if (plain.find('"') != std::string_view::npos) {
      record.mistake = fmt::format("a quote inside the plain field {}; quote the field and double its quotes",
                                   quote(plain));
    }
    field += plain;
    if (is_last) ++line_;
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    // A comma at the very end of the text still opens one more, empty field.
    return !is_last;
  }

  /// Reads from an opening quote to just behind the closing one.
  void take_quoted(std::string& field, CsvRecord& record) {
    rest_.remove_prefix(1);
    while (true) {
      const std::size_t end = std::min(rest_.find('"'), rest_.size());
      const std::string_view piece = rest_.substr(0, end);
      line_ += std::count(piece.begin(), piece.end(), '\n');
      field += piece;
      rest_.remove_prefix(end);
      if (rest_.empty()) {
        record.mistake = "a quoted field is not closed before the end of the file; quotes inside are doubled";
        return;
      }
      rest_.remove_prefix(1);
      if (!rest_.starts_with('"')) return;
      field += '"';  // a doubled quote
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
  Index line_ = 1;
};

struct Columns {
  std::size_t text = 0, label = 0;
  std::size_t count = 0;  // fields a record must have
};

/// The place of a named column. A name that is missing or stands twice is a mistake; then it is the header's
/// width.
std::size_t find_column(const CsvRecord& header, const std::string& name, const char* key,
                        Mistakes& mistakes) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), name);
  if (found == header.fields.end()) {
    const bool other =
        header.fields.size() == 1 && header.fields[0].find_first_of(";\t") != std::string::npos;
    mistakes.add_line(header.line, fmt::format("no column {} (data.{}); the header has {}{}", quote(name),
                                               key, quote_list(header.fields),
                                               other ? "; expected commas between fields"
                                                     : "; set the key to one of them"));
    return header.fields.size();
  }
  if (std::find(found + 1, header.fields.end(), name) != header.fields.end()) {
    mistakes.add_line(header.line, fmt::format("column {} (data.{}) stands twice in the header; rename one",
                                               quote(name), key));
    return header.fields.size();
  }
  return static_cast<std::size_t>(found - header.fields.begin());
}

void read_record(CsvRecord& record, const Columns& columns, const Targets& targets, RawSplit& raw,
                 Mistakes& mistakes) {
  if (!record.mistake.empty()) {
    mistakes.add_line(record.line, record.mistake);
    return;
  }
  if (record.fields.size() != columns.count) {
    mistakes.add_line(record.line,
                      fmt::format("{}, but the header has {}; fields with commas stand in quotes",
                                  counted(static_cast<Index>(record.fields.size()), "field"), columns.count));
    return;
  }
  const std::string wrong_target = targets.check(record.fields[columns.label]);
  const std::string wrong_text = text_mistake(record.fields[columns.text]);
  if (!wrong_target.empty()) mistakes.add_line(record.line, wrong_target);
  if (!wrong_text.empty()) mistakes.add_line(record.line, wrong_text);
  raw.targets.push_back(record.fields[columns.label]);
  raw.texts.push_back(std::move(record.fields[columns.text]));
  raw.lines.push_back(record.line);
}

}  // namespace

RawSplit read_csv(const DataConfig& config, const Targets& targets, Mistakes& mistakes) {
  RawSplit raw;
  raw.path = mistakes.path();
  const std::string contents = read_text_file(mistakes);
  if (contents.empty()) return raw;
  CsvParser parser(contents);
  CsvRecord record;
  parser.next(record);
  if (!record.mistake.empty()) {
    mistakes.add_line(record.line, record.mistake);
    return raw;
  }
  Columns columns;
  columns.count = record.fields.size();
  columns.text = find_column(record, config.text_column, "text_column", mistakes);
  columns.label = find_column(record, config.label_column, "label_column", mistakes);
  // Without its columns every record would be a mistake of its own.
  if (columns.text == columns.count || columns.label == columns.count) return raw;
  std::vector<Index> blanks;  // just before this record; they are a mistake only if a record follows
  while (parser.next(record)) {
    if (record.is_blank) {
      blanks.push_back(record.line);
      continue;
    }
    for (const Index line : blanks) mistakes.add_line(line, "a blank line; expected a record");
    blanks.clear();
    read_record(record, columns, targets, raw, mistakes);
  }
  if (raw.targets.empty() && mistakes.empty())
    mistakes.add("a header and nothing else; expected records below it");
  return raw;
}

}  // namespace orochi
