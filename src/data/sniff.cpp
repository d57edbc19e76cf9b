#include "data/sniff.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include <orochi/reader.hpp>

#include "core/utf8.hpp"
#include "data/column_names.hpp"
#include "data/number_table.hpp"
#include "data/readers/csv_parser.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

constexpr std::size_t most_lines = 40;
constexpr const char* as_numbers = "write it as .ts (v,v,v:label) or HDF5";
constexpr const char* as_tsv = "write it as label, tab, text";

/// The first lines that are not blank, without one that is cut.
std::vector<std::string_view> first_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < most_lines) {
    const bool is_whole = text.find('\n') != std::string_view::npos;
    const std::string_view line = take_line(text);
    if (!trim(line).empty() && (is_whole || lines.empty() || line.size() < 4096)) lines.push_back(line);
  }
  return lines;
}

/// A record may be broken.
template <class Condition>
bool most(const std::vector<std::string_view>& lines, const Condition& holds) {
  return std::count_if(lines.begin(), lines.end(), holds) * 5 >= std::ssize(lines) * 4;
}

/// Fields between separators, of which none counts between double quotes; blanks in a row count as one.
std::vector<std::string_view> fields_of(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  bool is_quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i < line.size() && line[i] == '"') is_quoted = !is_quoted;
    if (i < line.size() && (is_quoted || line[i] != separator)) continue;
    if (separator != ' ' || i > begin) fields.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  return fields;
}

bool is_numeric(std::string_view text) { return trim(text) == "?" || is_one_number(trim(text)); }

/// A label, which behind a tab may be a word, and two or more numbers.
bool is_series(std::string_view line, char separator) {
  std::vector<std::string_view> fields = fields_of(line, separator);
  while (!fields.empty() && trim(fields.back()).empty()) fields.pop_back();  // shorter than others
  return fields.size() >= 3 &&
         (is_numeric(fields.front()) || (separator == '\t' && !fields.front().empty())) &&
         std::all_of(fields.begin() + 1, fields.end(), is_numeric);
}

/// Of a first line that is no header: one that has numbers behind its label.
bool are_series(const std::vector<std::string_view>& lines, char separator) {
  const std::vector<std::string_view> first = fields_of(lines.front(), separator);
  return first.size() > 1 && std::any_of(first.begin() + 1, first.end(), is_numeric) &&
         most(lines, [&](std::string_view line) { return is_series(line, separator); });
}

/// Numbers, a colon and a label that is no minutes of a time: what is below @data in a .ts file.
bool is_case(std::string_view line) {
  const std::size_t colon = std::min(line.rfind(':'), line.size());
  const std::string_view label = trim(line.substr(std::min(colon + 1, line.size())));
  std::string values(line.substr(0, colon));
  std::ranges::replace(values, ':', ',');
  const std::vector<std::string_view> numbers = fields_of(values, ',');
  return !label.empty() && label.find(',') == label.npos && !(label.size() == 2 && is_numeric(label)) &&
         numbers.size() > 1 && std::ranges::all_of(numbers, is_numeric);
}

bool is_header(std::string_view line, char separator) {
  const std::vector<std::string_view> fields = fields_of(line, separator);
  return std::count_if(fields.begin(), fields.end(), is_column_name) > 1;
}

/// How many fields most lines have; 0 where they differ.
std::size_t usual_fields(const std::vector<std::string_view>& lines, char separator) {
  for (const std::string_view one : lines) {
    const std::size_t count = fields_of(one, separator).size();
    if (most(lines, [&](std::string_view line) { return fields_of(line, separator).size() == count; }))
      return count;
  }
  return 0;
}

/// Below a first line that may name columns: all but for one of each record, which may be a class's name.
bool are_numbers(std::span<const std::string_view> lines, char separator) {
  return lines.size() > 1 && std::ranges::all_of(lines.subspan(1), [&](std::string_view line) {
           const std::vector<std::string_view> fields = fields_of(line, separator);
           const auto is_other = [](std::string_view field) {
             return !is_table_number(trim(field)) && !is_missing_number(field);
           };
           const auto other = std::ranges::find_if(fields, is_other);
           return fields.size() > 2 && std::ranges::count_if(fields, is_other) < 2 &&
                  (other == fields.end() || trim(*other).find(' ') == std::string_view::npos);
         });
}

constexpr std::array<char, 3> delimiters{',', ';', '|'};

/// What is between the columns that a header names; '\0' where it is none.
char delimiter_of_header(std::string_view line) {
  const auto names_columns = [&](char delimiter) { return is_header(line, delimiter); };
  const auto found = std::ranges::find_if(delimiters, names_columns);
  return found == delimiters.end() ? '\0' : *found;
}

/// What is between the same number of fields in most lines, if possible of numbers, and also in the first,
/// which may be a title; the most fields first: in 1;2,5;a the commas are within numbers. '\0' where nothing
/// is.
char delimiter_of_records(const std::vector<std::string_view>& lines) {
  char best = '\0';
  std::tuple<bool, bool, std::size_t> most_fields{false, false,
                                                  1};  // all numbers, the first line has as many, fields
  for (const char delimiter : delimiters) {
    const std::size_t count = lines.size() > 1 ? usual_fields(lines, delimiter) : 0;
    const std::tuple found{count > 1 && are_numbers(lines, delimiter),
                           fields_of(lines.front(), delimiter).size() == count, count};
    if (count > 1 && found > most_fields) best = delimiter, most_fields = found;
  }
  return best;
}

/// The word that a line begins with, in lower case.
std::string key_of(std::string_view line) {
  line = trim(line);
  return lower_ascii(line.substr(0, line.find_first_of(blanks_and_tabs)));
}

/// By the key of its first line that is neither blank nor a comment, or of any line above @data: .ts and
/// ARFF.
Sniffed with_keys(const std::vector<std::string_view>& lines) {
  bool is_looked_at = true;
  const bool has_data = std::ranges::any_of(lines, [](auto line) { return key_of(line) == "@data"; });
  for (const std::string_view line : lines) {
    const std::string key = key_of(line);
    if (key.starts_with('#') || key.starts_with('%')) continue;
    if (!is_looked_at) return {};
    if (key == "@relation" || key == "@attribute")
      return {.description = "ARFF: @relation, @attribute, @data", .format = "arff", .advice = as_numbers};
    for (const char* of_ts :
         {"@problemname", "@timestamps", "@missing", "@univariate", "@dimensions", "@dimension",
          "@equallength", "@serieslength", "@classlabel", "@targetlabel", "@data"})
      if (key == of_ts) return {.description = ".ts: @ keys, @data, cases", .format = "ts"};
    is_looked_at = has_data;
  }
  return {};
}

Sniffed json_lines() {
  return {.description = "JSON Lines: an object a line",
          .format = "jsonl",
          .advice = as_tsv,
          .layout = Layout::objects};
}

Sniffed label_tab_text() {
  return {.description = "lines of label, tab, text", .format = "tsv", .layout = Layout::label_tab_text};
}

bool is_fastq(const std::vector<std::string_view>& lines) {
  return lines.size() > 3 && lines[0].starts_with('@') && lines[2].starts_with('+') &&
         lines[1].size() == lines[3].size() && lines[1].find_first_of(" \t") == std::string_view::npos;
}

Sniffed lines_of_marks(const std::vector<std::string_view>& lines) {
  const auto begins = [](char c) { return [c](std::string_view line) { return trim(line).starts_with(c); }; };
  if (most(lines, begins('{'))) return json_lines();
  if (trim(lines.front()) == "{" && lines.size() > 1 && begins('"')(lines[1]))
    return {.description = "JSON: an object over several lines",
            .format = "jsonl",
            .advice = "write an object a line with jq -c .",
            .layout = Layout::one_list};
  if (begins('[')(lines.front()) && lines.front().find('\t') == std::string_view::npos)
    return {.description = "JSON: one list",
            .format = "jsonl",
            .advice = "write an object a line, for instance with jq -c '.[]'",
            .layout = Layout::one_list};
  if (most(lines, [](std::string_view line) { return line.starts_with("__label__"); }))
    return {.description = "fastText's lines: __label__NAME text",
            .format = "fasttext",
            .advice = as_tsv,
            .layout = Layout::label_marks};
  if (begins('>')(lines.front()) && lines.size() > 1 &&
      lines[1].find_first_of(" \t,") == std::string_view::npos)
    return {.description = "FASTA: headers that begin with >",
            .format = "fasta",
            .advice = "write it as label, tab, sequence"};
  if (is_fastq(lines))
    return {
        .description = "FASTQ: four lines a read",
        .advice = "write it as FASTA, for instance with awk 'NR%4==1 {print \">\" substr($0, 2)} NR%4==2'"};
  return {};
}

Sniffed fields(const std::vector<std::string_view>& lines) {
  if (most(lines, is_case))
    return {.description = "cases of a .ts file without its header",
            .advice = "write a line @data above the first case, and set data.format to \"ts\""};
  if (are_series(lines, '\t') || are_series(lines, ' '))
    return {.description = "numeric series, a label and its values a line, as the UCR archive's .tsv",
            .format = "ucr",
            .advice = as_numbers,
            .layout = Layout::series};
  if (are_series(lines, ',')) return table_of(',');
  if (is_header(lines.front(), '\t')) return table_of('\t');
  const auto tabs_of = [](std::string_view line) { return std::count(line.begin(), line.end(), '\t'); };
  if (const char delimiter = delimiter_of_header(lines.front());
      delimiter != '\0' && tabs_of(lines.front()) == 0)
    return table_of(delimiter);
  if (most(lines, [&](std::string_view line) { return tabs_of(line) == 1; })) return label_tab_text();
  if (std::ranges::any_of(lines, [&](std::string_view line) { return tabs_of(line) > 0; })) {
    if (lines.size() < 2 || usual_fields(lines, '\t') < 2) return {};
    Sniffed found = table_of('\t');
    found.description = "a table with tabs between its columns", found.is_by_tabs_alone = true;
    return found;
  }
  const char delimiter = delimiter_of_records(lines);
  return delimiter == '\0' ? Sniffed() : table_of(delimiter);
}

}  // namespace

std::string Sniffed::setting() const {
  if (layout != Layout::table || (delimiter == ',' && !is_of_numbers))
    return format.empty() ? "" : '"' + format + '"';
  std::string options;
  if (delimiter != ',')
    options += fmt::format(", delimiter = \"{}\"", delimiter == '\t' ? "\\t" : std::string(1, delimiter));
  if (is_of_numbers) options += ", number_columns = [\"FIRST\", \"SECOND\"], label_column = \"LABEL\"";
  return fmt::format("{{type = \"csv\"{}}}", options);
}

std::string override_for(const Sniffed& found) {
  const std::string setting = found.setting();
  return setting.starts_with('{') ? "'data.format=" + setting + "'" : "data.format=" + found.format;
}

Sniffed sniff_name(const std::string& format) {
  Sniffed found{.format = format};
  for (const Sniffed& one : {json_lines(), label_tab_text(), table_of(',')})
    if (one.format == format) found = one;
  found.description = fmt::format("no format that is known; by its name it may be \"{}\"", format);
  return found;
}

Sniffed table_of(char delimiter) {
  return {.description = delimiter == ',' ? "CSV: commas between fields"
                         : delimiter == '\t'
                             ? "a table with a header line and tabs between its columns"
                             : fmt::format("CSV with {}s between fields", delimiter_name(delimiter)),
          .format = "csv",
          .layout = Layout::table,
          .delimiter = delimiter};
}

Sniffed sniff(std::string_view beginning) {
  if (Sniffed found = sniff_no_text(beginning); !found.description.empty()) return found;
  if (beginning.starts_with(utf8::byte_order_mark)) beginning.remove_prefix(utf8::byte_order_mark.size());
  const std::vector<std::string_view> lines = first_lines(beginning);
  if (lines.empty()) return {};
  if (Sniffed found = sniff_config(lines); found.is_config) return found;
  if (Sniffed found = with_keys(lines); !found.description.empty()) return found;
  if (Sniffed found = lines_of_marks(lines); !found.description.empty()) return found;
  Sniffed found = fields(lines);
  found.is_of_numbers = found.layout == Layout::table && are_numbers(lines, found.delimiter);
  return found;
}

}  // namespace orochi
