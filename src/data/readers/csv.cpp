// CSV: a header that names the columns, or none, then one record a sequence.
#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "core/read_number.hpp"
#include "data/raw.hpp"
#include "data/readers/csv_header.hpp"
#include "data/readers/csv_parser.hpp"
#include "data/readers/labels.hpp"

namespace orochi {
namespace {

/// The options of one instance.
struct CsvOptions {
  explicit CsvOptions(const Settings& settings)
      : text_columns(settings.texts("text_columns")),
        label_column(settings.word("label_column")),
        weight_column(settings.word("weight_column")),
        group_column(settings.word("group_column")),
        delimiter(settings.word("delimiter")),
        has_header(settings.flag("header")),
        has_quotes(settings.flag("quotes")) {
    if (delimiter == "\\t") delimiter = "\t";  // a shell gives both characters
  }
  /// Of all columns that are asked for.
  std::vector<std::string> names() const {
    std::vector<std::string> names{label_column};
    names.insert(names.end(), text_columns.begin(), text_columns.end());
    for (const std::string* name : {&weight_column, &group_column})
      if (!name->empty()) names.push_back(*name);
    return names;
  }

  std::vector<std::string> text_columns;
  std::string label_column, weight_column, group_column, delimiter;
  bool has_header, has_quotes;
};

/// The index of a column by its number; one that is not there is an error.
std::size_t find_numbered(const CsvRecord& first, const std::string& name, const char* key, DataFile& file) {
  const std::size_t number = read_number<std::size_t>(name).value_or(0);
  if (number <= first.fields.size()) return number - 1;
  file.error(fmt::format("no column {} (data.format.{}); line 1 has {}; set the key to one of them, or "
                         "data.format.delimiter to what is between them",
                         name, key, counted(std::ssize(first.fields), "field")),
             first.line);
  return first.fields.size();
}

/// The index of a named column. A name that is missing or is there twice is an error; then it is the header's
/// width.
std::size_t find_column(const CsvRecord& header, const std::string& name, const char* key, DataFile& file) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), name);
  if (found == header.fields.end()) {
    const bool other =
        header.fields.size() == 1 && header.fields[0].find_first_of(",;\t|") != std::string::npos;
    file.error(fmt::format("no column {} (data.format.{}); the header has {}; {}", quote(name), key,
                           quote_list(header.fields),
                           other ? "set data.format.delimiter to what is between them"
                                 : other_name(file, key, "the column")),
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
  std::optional<std::size_t> label, weight, group;
  std::size_t count = 0;  // fields a record must have

  Columns(const CsvRecord& first, const CsvOptions& options, DataFile& file) : count(first.fields.size()) {
    const auto find = [&](const std::string& name, const char* key) {
      return options.has_header ? find_column(first, name, key, file) : find_numbered(first, name, key, file);
    };
    for (const std::string& name : options.text_columns) texts.push_back(find(name, "text_columns"));
    const auto& names = first.fields;
    const bool has_label =
        !options.has_header || std::find(names.begin(), names.end(), options.label_column) != names.end();
    if (file.needs_targets() || has_label) label = find(options.label_column, "label_column");
    if (!options.weight_column.empty()) weight = find(options.weight_column, "weight_column");
    if (!options.group_column.empty()) group = find(options.group_column, "group_column");
  }
  bool are_found() const {
    if (weight.value_or(0) >= count || group.value_or(0) >= count) return false;
    return label.value_or(0) < count &&
           std::all_of(texts.begin(), texts.end(), [&](std::size_t i) { return i < count; });
  }
};

void add_record(CsvRecord& record, const Columns& columns, const CsvOptions& options, DataFile& file) {
  if (!record.error.empty()) return file.error(record.error, record.line);
  if (record.fields.size() != columns.count)
    return file.error(fmt::format("{}, but {} has {}{}", counted(std::ssize(record.fields), "field"),
                                  options.has_header ? "the header" : "line 1", columns.count,
                                  options.has_quotes ? fmt::format("; fields with {}s must be quoted",
                                                                   delimiter_name(options.delimiter.front()))
                                                     : "; expected as many in every line"),
                      record.line);
  Record result;
  if (file.keeps_fields()) result.fields = record.fields;
  result.line = record.line;
  result.is_of_text = true;
  if (columns.label) result.target = std::move(record.fields[*columns.label]);
  for (const std::size_t column : columns.texts) result.texts.push_back(std::move(record.fields[column]));
  if (columns.group) result.group = std::move(record.fields[*columns.group]);
  try {
    if (columns.weight) result.weight = parse_number(record.fields[*columns.weight]);
  } catch (const Error&) {
    const std::string& text = record.fields[*columns.weight];
    return file.error(fmt::format("its weight is {}; expected a positive number", quote(text)), record.line);
  }
  file.add(std::move(result));
}

class CsvReader : public Reader {
 public:
  explicit CsvReader(const Settings& settings) : options_(settings) {
    if (options_.text_columns.empty())
      throw OptionError("text_columns", "text_columns is empty; name a column or two");
    const std::string& delimiter = options_.delimiter;
    if (delimiter.size() != 1 || delimiter.find_first_of("\"\r\n") == 0 || (delimiter.front() & 0x80) != 0)
      throw OptionError("delimiter",
                        fmt::format("delimiter is {}; allowed: one ASCII character but a quote or a "
                                    "line's end",
                                    quote(delimiter)));
    std::vector<std::string> names = options_.names();
    for (const std::string& name : names)
      if (!options_.has_header && read_number<std::size_t>(name).value_or(0) == 0)
        throw OptionError(
            "header", fmt::format("header is false, but a column is named {}; allowed then: column numbers "
                                  "from 1, as in label_column = \"1\" and text_columns = [\"2\"]",
                                  quote(name)));
    std::sort(names.begin(), names.end());
    if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
      throw OptionError("text_columns",
                        fmt::format("text_columns and the other columns name {} twice; allowed: "
                                    "each column once",
                                    quote(*twice)));
  }

  std::string text_option() const override { return "text_columns"; }

  bool recognizes(std::string_view beginning) const override {
    CsvParser parser(beginning.substr(0, beginning.find('\n')), options_.delimiter.front(),
                     options_.has_quotes);
    CsvRecord first;
    if (!parser.next(first)) return false;
    // No text of one line has tabs, whatever the columns are called.
    if (options_.delimiter == "\t" && first.fields.size() > 1) return true;
    if (!options_.has_header) return false;
    return std::ranges::all_of(options_.text_columns, [&](const std::string& name) {
      return std::ranges::find(first.fields, name) != first.fields.end();
    });
  }

  void read(DataFile& file) const override {
    const std::string_view text = file.text();
    if (text.empty()) return;
    CsvParser parser(text, options_.delimiter.front(), options_.has_quotes);
    const CsvParser from_start = parser;
    CsvRecord first;
    parser.next(first);
    if (!first.error.empty()) return file.error(first.error, first.line);
    if (const Index line = options_.has_header ? line_of_header(options_.names(), first, parser) : 0;
        line > 0)
      return file.error(
          fmt::format("this line is above the header, which is line {0}; remove all lines above line {0}",
                      line),
          first.line);
    if (options_.has_header && is_without_header(first, parser)) return report_no_header(first, file);
    if (!options_.has_header && looks_like_header(first_rows(first, parser)))
      return file.error(
          fmt::format("line 1 looks like a header ({}), not like a record; set data.format.header "
                      "= true and name the columns by it, or remove the line",
                      quote_list(first.fields)),
          first.line);
    const Columns columns(first, options_, file);
    if (file.keeps_fields()) file.name_fields(field_names(first));
    // Without its columns every record would be an error of its own.
    if (columns.are_found()) read_records(options_.has_header ? parser : from_start, columns, file);
  }

 private:
  bool is_without_header(const CsvRecord& first, const CsvParser& rest) const {
    const std::vector<std::string> names = options_.names();
    const bool has_names =
        std::any_of(first.fields.begin(), first.fields.end(), [&](const std::string& field) {
          return std::find(names.begin(), names.end(), field) != names.end();
        });
    return !has_names && first.fields.size() > 1 && looks_like_record(first_rows(first, rest));
  }
  std::vector<std::string> field_names(const CsvRecord& first) const {
    std::vector<std::string> names = first.fields;
    if (!options_.has_header)
      for (std::size_t c = 0; c < names.size(); ++c) names[c] = std::to_string(c + 1);
    return names;
  }
  void report_no_header(const CsvRecord& first, DataFile& file) const {
    const std::vector<std::string> names = options_.names();
    file.error(fmt::format("line 1 looks like a record ({}), not like a header with the columns {}; set "
                           "data.format.header = false and name columns by number, as in "
                           "data.format.label_column = \"1\", or put a line {} above",
                           quote_list(first.fields), quote_list(names),
                           quote(fmt::format("{}", fmt::join(names, options_.delimiter)))),
               first.line);
  }

  void read_records(CsvParser parser, const Columns& columns, DataFile& file) const {
    CsvRecord record;
    bool has_records = false;
    BlankLines blanks("a record");
    while (parser.next(record)) {
      if (blanks.take(record.is_blank, record.line, file)) continue;
      add_record(record, columns, options_, file);
      has_records = true;
    }
    if (!has_records && file.is_good()) file.error("a header and nothing else; expected records below it");
  }

  CsvOptions options_;
};

}  // namespace

void add_csv(Readers& readers) {
  readers.add<CsvReader>(
      "csv",
      "text in columns that a header names (RFC 4180); with delimiter = \"\\t\" also TSV with named columns",
      {Option("text_columns", std::vector<std::string>{"text"}, "header name of the text"),
       Option("label_column", "label", "header name of the label"),
       Option("weight_column", "", "header name of what a record counts in the training loss; empty: all 1"),
       Option("group_column", "",
              "header name of what must stay on one side of a split; empty: nothing must"),
       Option("delimiter", ",", "between fields: one ASCII character"),
       Option("header", true,
              "whether line 1 names the columns; false: it is a record, and columns are given by number, "
              "\"1\" the first"),
       Option("quotes", true, "whether a field may be in quotes; false: quotes are part of the text")});
}

}  // namespace orochi
