#include "data/readers/csv_columns.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/read_number.hpp"
#include "data/number_table.hpp"
#include "data/raw.hpp"
#include "data/readers/labels.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

constexpr std::string_view to = "..";  // between the first and the last of several columns

/// The first and the last of a name of number_columns, which are one where it names one.
std::pair<std::string, std::string> ends_of(const std::string& name) {
  const std::size_t at = name.find(to);
  if (at == name.npos || at == 0 || at + to.size() == name.size()) return {name, name};
  return {name.substr(0, at), name.substr(at + to.size())};
}

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

}  // namespace

CsvOptions::CsvOptions(const Settings& settings)
    : text_columns(settings.texts("text_columns")),
      number_columns(settings.texts("number_columns")),
      label_column(settings.word("label_column")),
      weight_column(settings.word("weight_column")),
      group_column(settings.word("group_column")),
      delimiter(settings.word("delimiter")),
      has_header(settings.flag("header")),
      has_quotes(settings.flag("quotes")),
      is_over_time(settings.flag("over_time")),
      has_decimal_commas(settings.flag("decimal_comma")) {
  if (delimiter == "\\t") delimiter = "\t";  // a shell gives both characters
  if (text_columns.empty() && are_texts())
    throw OptionError("text_columns", "text_columns is empty; name a column or two");
  if (delimiter.size() != 1 || delimiter.find_first_of("\"\r\n") == 0 || (delimiter.front() & 0x80) != 0)
    throw OptionError("delimiter", fmt::format("delimiter is {}; allowed: one ASCII character but a quote or "
                                               "a line's end",
                                               quote(delimiter)));
  for (const char* key : {"over_time", "decimal_comma"})
    if (are_texts() && settings.flag(key))
      throw OptionError(key, fmt::format("{} says how number_columns are read, but there are none; name "
                                         "them, or leave it out",
                                         key));
  check_names();
}

std::vector<std::string> CsvOptions::names() const {
  std::vector<std::string> names{label_column};
  if (are_texts()) names.insert(names.end(), text_columns.begin(), text_columns.end());
  for (const std::string& name : number_columns) {
    const auto [first, last] = ends_of(name);
    names.push_back(first);
    if (last != first) names.push_back(last);
  }
  for (const std::string* name : {&weight_column, &group_column})
    if (!name->empty()) names.push_back(*name);
  return names;
}

void CsvOptions::check_names() const {
  const std::string columns = are_texts() ? "text_columns" : "number_columns";
  std::vector<std::string> all = names();
  for (const std::string& name : all)
    if (!has_header && read_number<std::size_t>(name).value_or(0) == 0)
      throw OptionError("header",
                        fmt::format("header is false, but a column is named {}; allowed then: column numbers "
                                    "from 1, as in label_column = \"1\" and {} = [\"2\"]",
                                    quote(name), columns));
  std::sort(all.begin(), all.end());
  if (const auto twice = std::adjacent_find(all.begin(), all.end()); twice != all.end())
    throw OptionError(
        columns, fmt::format("{} and the other columns name {} twice; allowed: each column once", columns,
                             quote(*twice)));
}

CsvColumns::CsvColumns(const CsvRecord& first, const CsvOptions& options, DataFile& file)
    : options_(options), names_(first.fields) {
  const auto find = [&](const std::string& name, const char* key) {
    const std::size_t found =
        options.has_header ? find_column(first, name, key, file) : find_numbered(first, name, key, file);
    are_found_ = are_found_ && found < first.fields.size();
    return found;
  };
  if (options.are_texts())
    for (const std::string& name : options.text_columns) texts_.push_back(find(name, "text_columns"));
  const bool has_label = options.has_header
                             ? std::ranges::count(names_, options.label_column) > 0
                             : read_number<std::size_t>(options.label_column).value_or(0) <= names_.size();
  if (file.needs_targets() || has_label) label_ = find(options.label_column, "label_column");
  if (!options.weight_column.empty()) weight_ = find(options.weight_column, "weight_column");
  if (!options.group_column.empty()) group_ = find(options.group_column, "group_column");
  for (const std::string& name : options.number_columns) {
    const bool is_one = std::ranges::count(names_, name) > 0;
    const auto [begin, end] = is_one ? std::pair(name, name) : ends_of(name);
    const std::size_t from = find(begin, "number_columns"), last = find(end, "number_columns");
    if (are_found_ && last < from) {
      file.error(
          fmt::format("column {} is behind column {} (data.format.number_columns); write the first one "
                      "first",
                      quote(begin), quote(end)),
          first.line);
      are_found_ = false;
    }
    for (std::size_t c = from; c <= last && are_found_; ++c)
      if (c != label_ && c != weight_ && c != group_) numbers_.push_back(c);
  }
}

std::string CsvColumns::take_numbers(std::span<const std::string> fields, Record& record) const {
  for (const std::size_t column : numbers_) {
    std::string field(is_missing_number(fields[column]) ? "?" : trim(fields[column]));
    if (options_.has_decimal_commas) std::ranges::replace(field, ',', '.');
    if (const std::string wrong = parse_value(field, record.values.emplace_back()); !wrong.empty())
      return fmt::format(
          "column {}: {}{}", options_.has_header ? quote(names_[column]) : std::to_string(column + 1), wrong,
          field.find(',') != field.npos && is_table_number(field) ? "; where its comma is a decimal one set "
                                                                    "data.format.decimal_comma = true"
                                                                  : "");
  }
  record.channels = options_.is_over_time ? 1 : std::ssize(numbers_);
  return "";
}

std::string CsvColumns::take(std::vector<std::string>& fields, Record& record) const {
  record.is_of_text = true;
  if (const std::string wrong = take_numbers(fields, record); !wrong.empty()) return wrong;
  if (label_) record.target = std::move(fields[*label_]);
  if (options_.has_decimal_commas && is_table_number(trim(record.target)))
    std::ranges::replace(record.target, ',', '.');
  for (const std::size_t column : texts_) record.texts.push_back(std::move(fields[column]));
  if (group_) record.group = std::move(fields[*group_]);
  try {
    if (weight_) record.weight = parse_number(fields[*weight_]);
  } catch (const Error&) {
    return fmt::format("its weight is {}; expected a positive number", quote(fields[*weight_]));
  }
  return "";
}

bool has_columns_of(std::span<const std::string> header, const CsvOptions& options) {
  const auto is_there = [&](const std::string& name) { return std::ranges::count(header, name) > 0; };
  if (options.are_texts()) return std::ranges::all_of(options.text_columns, is_there);
  return std::ranges::all_of(options.number_columns, [&](const std::string& name) {
    const auto [first, last] = ends_of(name);
    return is_there(name) || (is_there(first) && is_there(last));
  });
}

}  // namespace orochi
