// The columns of a CSV file that its options name, and what a record has in them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include <orochi/reader.hpp>

#include "data/readers/csv_parser.hpp"

namespace orochi {

/// The options of one instance.
struct CsvOptions {
  /// Throws an OptionError for what no file could have.
  explicit CsvOptions(const Settings& settings);

  bool are_texts() const { return number_columns.empty(); }
  /// Of all columns that are asked for.
  std::vector<std::string> names() const;

  std::vector<std::string> text_columns, number_columns;  // of the latter each by itself
  std::string label_column, weight_column, group_column, delimiter;
  bool has_header, has_quotes, is_over_time, has_decimal_commas;

 private:
  void check_names() const;
};

/// Where a record has what.
class CsvColumns {
 public:
  /// `first`: the header, or without one the first record. What is not there is an error of the file.
  CsvColumns(const CsvRecord& first, const CsvOptions& options, DataFile& file);

  bool are_found() const { return are_found_; }
  std::size_t count() const { return names_.size(); }  // fields a record must have

  /// Without line and fields. Returns what is wrong with the record, or nothing.
  std::string take(std::vector<std::string>& fields, Record& record) const;

 private:
  void find_numbers(const CsvRecord& first, DataFile& file);
  /// With a point, or ? where it is missing; empty where it is no number.
  std::string plain_number(std::string_view field) const;
  std::string no_number(std::string_view field) const;
  std::string take_numbers(std::span<const std::string> fields, Record& record) const;
  std::string take_label(std::string& field, Record& record) const;

  const CsvOptions& options_;
  std::vector<std::string> names_;
  std::vector<std::size_t> texts_, numbers_;
  std::optional<std::size_t> label_, weight_, group_;
  bool has_quantities_;  // for targets
  bool are_found_ = true;
};

/// Whether the fields of a header have the columns of texts, or of numbers.
bool has_columns_of(std::span<const std::string> header, const CsvOptions& options);

}  // namespace orochi
