// Whether the first line of a CSV file is a header.
#pragma once

#include <span>
#include <string>

#include "data/readers/csv_parser.hpp"

namespace orochi {

/// Whether the first record has a number in it, or a field that comes again below, as labels do.
bool looks_like_record(const CsvRecord& first, CsvParser rest);

/// Whether no field of the first record is a number or comes again, while a column is of numbers below it, or
/// two fields are what columns are often called.
bool looks_like_header(const CsvRecord& first, CsvParser rest);

/// Where a record below the first one, which has none of the names, has all of them: the first one is a
/// title; else 0.
Index line_of_header(std::span<const std::string> names, const CsvRecord& first, CsvParser rest);

}  // namespace orochi
