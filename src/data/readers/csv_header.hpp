// Whether the first line of a CSV file is a header.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/readers/csv_parser.hpp"

namespace orochi {

using FieldRows = std::vector<std::vector<std::string>>;

/// The fields of the first records, behind those of one that was read already.
FieldRows first_rows(const CsvRecord& first, CsvParser rest);

/// Whether a field of the first row comes again in its column, as labels do and names of columns do not.
bool comes_again(const FieldRows& rows);

/// Whether a column is all numbers but for a word in the first row.
bool has_word_over_numbers(const FieldRows& rows);

/// Whether the first row is integers that rise by one and the same step, perhaps but for its first or last
/// field, and the second one is not: names that programs give to columns, or wavelengths and years.
bool has_numbers_for_names(const FieldRows& rows);

/// Whether the first row has a number in it, or a field that comes again below.
bool looks_like_record(const FieldRows& rows);

/// Whether it does not, while a word of it is over numbers, or two fields are what columns are often called.
bool looks_like_header(const FieldRows& rows);

/// Where a record below the first one, which has none of the names, has all of them: the first one is a
/// title; else 0.
Index line_of_header(std::span<const std::string> names, const CsvRecord& first, CsvParser rest);

}  // namespace orochi
