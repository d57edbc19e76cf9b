// CSV: a header that names the columns, then one record a sequence.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/raw.hpp"

namespace orochi {
namespace {

struct CsvRecord {
  Index line = 0;  // where it starts
  std::vector<std::string> fields;
  std::string error;  // what is wrong with its quotes, or nothing
  bool is_blank = false;
};

/// Takes records off the text of a CSV file (RFC 4180; lines may also end in LF alone).
class CsvParser {
 public:
  CsvParser(std::string_view contents, char delimiter) : rest_(contents), ends_{delimiter, '\n'} {}

  /// False at the end of the text.
  bool next(CsvRecord& record) {
    if (rest_.empty()) return false;
    record.line = line_;
    record.fields.clear();
    record.error.clear();
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
    const std::size_t end = std::min(rest_.find_first_of(ends_), rest_.size());
    const bool is_last = end == rest_.size() || rest_[end] == '\n';
    std::string_view plain = rest_.substr(0, end);
    if (is_last && plain.ends_with('\r')) plain.remove_suffix(1);
    if (is_quoted && !plain.empty()) {
      record.error =
          fmt::format("{} follows a closing quote; expected a comma or the line's end", quote(plain));
    } else if (plain.find('"') != std::string_view::npos) {
      record.error = fmt::format("a quote inside the plain field {}; quote the field and double its quotes",
                                 quote(plain));
    }
    field += plain;
    if (is_last) ++line_;
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    // A delimiter at the very end of the text still opens one more, empty field.
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
        record.error = "a quoted field is not closed before the end of the file; quotes inside are doubled";
        return;
      }
      rest_.remove_prefix(1);
      if (!rest_.starts_with('"')) return;
      field += '"';  // a doubled quote
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
  std::string ends_;  // of a plain field
  Index line_ = 1;
};

/// The options of one instance.
struct CsvOptions {
  explicit CsvOptions(const Settings& settings)
      : text_columns(settings.texts("text_columns")),
        label_column(settings.word("label_column")),
        weight_column(settings.word("weight_column")),
        group_column(settings.word("group_column")),
        delimiter(settings.word("delimiter")) {}

  std::vector<std::string> text_columns;
  std::string label_column, weight_column, group_column, delimiter;
};

/// The index of a named column. A name that is missing or is there twice is an error; then it is the header's
/// width.
std::size_t find_column(const CsvRecord& header, const std::string& name, const char* key, DataFile& file) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), name);
  if (found == header.fields.end()) {
    const bool other =
        header.fields.size() == 1 && header.fields[0].find_first_of(",;\t|") != std::string::npos;
    file.error(
        fmt::format(
            "no column {} (data.format.{}); the header has {}{}", quote(name), key, quote_list(header.fields),
            other ? "; set data.format.delimiter to what is between them" : "; set the key to one of them"),
        header.line);
    return header.fields.size();
  }
  if (std::find(found + 1, header.fields.end(), name) != header.fields.end()) {
    file.error(fmt::format("column {} (data.format.{}) is in the header twice; rename one", quote(name), key),
               header.line);
    return header.fields.size();
  }
  return static_cast<std::size_t>(found - header.fields.begin());
}

/// Where a record has what.
struct Columns {
  std::vector<std::size_t> texts;
  std::size_t label = 0;
  std::optional<std::size_t> weight, group;
  std::size_t count = 0;  // fields a record must have

  Columns(const CsvRecord& header, const CsvOptions& options, DataFile& file) : count(header.fields.size()) {
    for (const std::string& name : options.text_columns)
      texts.push_back(find_column(header, name, "text_columns", file));
    label = find_column(header, options.label_column, "label_column", file);
    if (!options.weight_column.empty())
      weight = find_column(header, options.weight_column, "weight_column", file);
    if (!options.group_column.empty())
      group = find_column(header, options.group_column, "group_column", file);
  }
  bool are_found() const {
    if (weight.value_or(0) >= count || group.value_or(0) >= count) return false;
    return label < count && std::all_of(texts.begin(), texts.end(), [&](std::size_t i) { return i < count; });
  }
};

void add_record(CsvRecord& record, const Columns& columns, DataFile& file) {
  if (!record.error.empty()) return file.error(record.error, record.line);
  if (record.fields.size() != columns.count)
    return file.error(fmt::format("{}, but the header has {}; fields with commas must be quoted",
                                  counted(static_cast<Index>(record.fields.size()), "field"), columns.count),
                      record.line);
  Record result;
  result.line = record.line;
  result.is_of_text = true;
  result.target = std::move(record.fields[columns.label]);
  for (const std::size_t column : columns.texts) result.texts.push_back(std::move(record.fields[column]));
  if (columns.group) result.group = std::move(record.fields[*columns.group]);
  try {
    if (columns.weight) result.weight = parse_number(record.fields[*columns.weight]);
  } catch (const Error&) {
    const std::string& text = record.fields[*columns.weight];
    file.error(fmt::format("its weight is {}; expected a positive number", quote(text)), record.line);
  }
  file.add(std::move(result));
}

class CsvReader : public Reader {
 public:
  explicit CsvReader(const Settings& settings) : options_(settings) {
    std::vector<std::string> names = options_.text_columns;
    if (names.empty()) throw OptionError("text_columns", "text_columns is empty; name a column or two");
    const std::string& delimiter = options_.delimiter;
    if (delimiter.size() != 1 || delimiter.find_first_of("\"\r\n") == 0 || (delimiter.front() & 0x80) != 0)
      throw OptionError("delimiter",
                        fmt::format("delimiter is {}; allowed: one ASCII character but a quote or a "
                                    "line's end",
                                    quote(delimiter)));
    names.push_back(options_.label_column);
    for (const std::string* name : {&options_.weight_column, &options_.group_column})
      if (!name->empty()) names.push_back(*name);
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
      throw OptionError("text_columns",
                        fmt::format("text_columns and the other columns name {} twice; allowed: "
                                    "each column once",
                                    quote(*twice)));
  }

  void read(DataFile& file) const override {
    const std::string_view text = file.text();
    if (text.empty()) return;
    CsvParser parser(text, options_.delimiter.front());
    CsvRecord record;
    parser.next(record);
    if (!record.error.empty()) return file.error(record.error, record.line);
    const Columns columns(record, options_, file);
    // Without its columns every record would be an error of its own.
    if (columns.are_found()) read_records(parser, columns, file);
  }

 private:
  static void read_records(CsvParser& parser, const Columns& columns, DataFile& file) {
    CsvRecord record;
    bool has_records = false;
    BlankLines blanks("a record");
    while (parser.next(record)) {
      if (blanks.take(record.is_blank, record.line, file)) continue;
      add_record(record, columns, file);
      has_records = true;
    }
    if (!has_records && file.is_good()) file.error("a header and nothing else; expected records below it");
  }

  CsvOptions options_;
};

}  // namespace

void add_csv(Readers& readers) {
  readers.add<CsvReader>(
      "csv", "text with a header that names the columns (RFC 4180)",
      {Option("text_columns", std::vector<std::string>{"text"}, "header name of the text"),
       Option("label_column", "label", "header name of the label"),
       Option("weight_column", "", "header name of what a record counts in the training loss; empty: all 1"),
       Option("group_column", "",
              "header name of what must stay on one side of a split; empty: nothing must"),
       Option("delimiter", ",", "between fields: one ASCII character")});
}

}  // namespace orochi
