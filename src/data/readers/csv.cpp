// CSV: a header that names the columns, or none, then one record a sequence.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>

#include "data/raw.hpp"
#include "data/readers/csv_columns.hpp"
#include "data/readers/csv_header.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

void add_record(CsvRecord& record, const CsvColumns& columns, const CsvOptions& options, DataFile& file) {
  if (!record.error.empty()) return file.error(record.error, record.line);
  if (record.fields.size() != columns.count())
    return file.error(fmt::format("{}, but {} has {}{}", counted(std::ssize(record.fields), "field"),
                                  options.has_header ? "the header" : "line 1", columns.count(),
                                  options.has_quotes ? fmt::format("; fields with {}s must be quoted",
                                                                   delimiter_name(options.delimiter.front()))
                                                     : "; expected as many in every line"),
                      record.line);
  Record result;
  result.line = record.line;
  if (file.keeps_fields()) result.fields = record.fields;
  if (const std::string wrong = columns.take(record.fields, result); !wrong.empty())
    return file.error(wrong, record.line);
  file.add(std::move(result));
}

class CsvReader : public Reader {
 public:
  explicit CsvReader(const Settings& settings) : options_(settings) {}

  bool is_text() const override { return options_.are_texts(); }
  bool names_columns() const override { return true; }

  bool recognizes(std::string_view beginning) const override {
    CsvParser parser(beginning.substr(0, beginning.find('\n')), options_.delimiter.front(),
                     options_.has_quotes);
    CsvRecord first;
    if (!parser.next(first)) return false;
    // No text of one line has tabs, whatever the columns are called.
    if (is_text() && options_.delimiter == "\t" && first.fields.size() > 1) return true;
    if (!options_.has_header) return false;
    return has_columns_of(first.fields, options_);
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
    const CsvColumns columns(first, options_, file);
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
    // In which order the numbers of this file are only who wrote it knows.
    const std::string line = is_text()
                                 ? "a line " + quote(fmt::format("{}", fmt::join(names, options_.delimiter)))
                                 : "a line that names its columns in their order";
    file.error(fmt::format("line 1 looks like a record ({}), not like a header with the columns {}; set "
                           "data.format.header = false and name columns by number, as in "
                           "data.format.label_column = \"1\", or put {} above",
                           quote_list(first.fields), quote_list(names), line),
               first.line);
  }

  void read_records(CsvParser parser, const CsvColumns& columns, DataFile& file) const {
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
      "text, or numbers, in columns that a header names (RFC 4180); with delimiter = \"\\t\" also TSV with "
      "named columns",
      {Option("text_columns", std::vector<std::string>{"text"}, "header name of the text"),
       Option("number_columns", std::vector<std::string>{},
              "in place of texts, columns of numbers by name; \"t0..t59\" are t0, t1, ... and t59; empty: "
              "texts"),
       Option("over_time", false,
              "number_columns are one quantity over time, each a row of one channel; false: they are the "
              "channels of a single row"),
       Option("decimal_comma", false, "numbers have a comma for their point, as in 70,3"),
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
