#include "data/readers/csv_columns.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/read_number.hpp"
#include "data/number_table.hpp"
#include "data/raw.hpp"
#include "data/readers/labels.hpp"
#include "data/readers/numbered_columns.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

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
      label_column(settings.word("label_column")),
      weight_column(settings.word("weight_column")),
      group_column(settings.word("group_column")),
      delimiter(settings.word("delimiter")),
      has_header(settings.flag("header")),
      has_quotes(settings.flag("quotes")),
      is_over_time(settings.flag("over_time")),
      has_decimal_commas(settings.flag("decimal_comma")) {
  if (delimiter == "\\t") delimiter = "\t";  // a shell gives both characters
  for (const std::string& name : settings.texts("number_columns")) {
    const std::vector<std::string> names = expand_columns(name);
    number_columns.insert(number_columns.end(), names.begin(), names.end());
  }
  if (text_columns.empty() && are_texts())
    throw OptionError("text_columns", "text_columns is empty; name a column or two");
  if (delimiter.size() != 1 || delimiter.find_first_of("\"\r\n") == 0 || (delimiter.front() & 0x80) != 0)
    throw OptionError("delimiter", fmt::format("delimiter is {}; allowed: one ASCII character but a quote or "
                                               "a line's end",
                                               quote(delimiter)));
  if (!are_texts() && text_columns != std::vector<std::string>{"text"})
    throw OptionError(
        "number_columns",
        "number_columns and text_columns are both set; allowed: numbers or texts, leave one out");
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
  names.insert(names.end(), number_columns.begin(), number_columns.end());
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
    : options_(options), names_(first.fields), has_quantities_(file.targets().are_numbers()) {
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
  find_numbers(first, file);
}

void CsvColumns::find_numbers(const CsvRecord& first, DataFile& file) {
  std::vector<std::string> missing;
  for (const std::string& name : options_.number_columns) {
    const auto found = std::ranges::find(names_, name);
    const std::size_t number = options_.has_header ? 0 : read_number<std::size_t>(name).value_or(0);
    if (options_.has_header && found != names_.end() &&
        std::find(found + 1, names_.end(), name) != names_.end())
      numbers_.push_back(find_column(first, name, "number_columns", file)), are_found_ = false;
    else if (options_.has_header && found != names_.end())
      numbers_.push_back(static_cast<std::size_t>(found - names_.begin()));
    else if (number > 0 && number <= names_.size())
      numbers_.push_back(number - 1);
    else
      missing.push_back(name);
  }
  if (missing.empty()) return;
  are_found_ = false;
  file.error(fmt::format("no column {} (data.format.number_columns); line 1 has {}; {}", quote_list(missing),
                         options_.has_header ? quote_list(names_) : counted(std::ssize(names_), "field"),
                         names_.size() == 1    ? "set data.format.delimiter to what is between them"
                         : file.is_of_config() ? "name columns that are there, or rename those of the file"
                                               : "give the file the columns that the model was trained on"),
             first.line);
}

std::string CsvColumns::plain_number(std::string_view field) const {
  std::string number(trim(field));
  if (is_missing_number(number)) return "?";
  if (options_.has_decimal_commas && number.find('.') != number.npos) return "";
  if (options_.has_decimal_commas) std::ranges::replace(number, ',', '.');
  return is_one_number(number) ? number : "";
}

std::string CsvColumns::no_number(std::string_view field) const {
  const bool has_comma = field.find(',') != field.npos && is_table_number(trim(field));
  return quote(field) +
         (options_.has_decimal_commas
              ? " is not a number as data.format.decimal_comma = true has them; expected one like "
                "-1,5 or 1500,25, without a point"
              : " is not a number; expected one like -1.5 or 2e-3") +
         ", or ?, NA or an empty field where it is missing" +
         (has_comma && !options_.has_decimal_commas ? "; where its comma is a decimal one set "
                                                      "data.format.decimal_comma = true, where it is between "
                                                      "thousands remove it"
                                                    : "");
}

std::string CsvColumns::take_numbers(std::span<const std::string> fields, Record& record) const {
  for (const std::size_t column : numbers_) {
    const std::string number = plain_number(fields[column]);
    const std::string wrong =
        number.empty() ? no_number(fields[column]) : parse_value(number, record.values.emplace_back());
    if (!wrong.empty())
      return fmt::format("column {}: {}",
                         options_.has_header ? quote(names_[column]) : std::to_string(column + 1), wrong);
  }
  record.channels = options_.is_over_time ? 1 : std::ssize(numbers_);
  return "";
}

std::string CsvColumns::take_label(std::string& field, Record& record) const {
  if (options_.are_texts()) {
    record.target = std::move(field);
    return "";
  }
  record.target = trim(field);
  if (!options_.has_decimal_commas) return "";
  if (const std::string number = plain_number(field); is_one_number(number))
    record.target = number;
  else if (has_quantities_ && is_one_number(record.target))
    return "its target " + no_number(field);
  return "";
}

std::string CsvColumns::take(std::vector<std::string>& fields, Record& record) const {
  record.is_of_text = true;
  if (const std::string wrong = take_numbers(fields, record); !wrong.empty()) return wrong;
  if (label_)
    if (const std::string wrong = take_label(fields[*label_], record); !wrong.empty()) return wrong;
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
  return std::ranges::all_of(options.are_texts() ? options.text_columns : options.number_columns,
                             [&](const std::string& name) { return std::ranges::count(header, name) > 0; });
}

}  // namespace orochi
