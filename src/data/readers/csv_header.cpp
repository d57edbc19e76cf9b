#include "data/readers/csv_header.hpp"

#include <algorithm>
#include <cctype>

#include "data/column_names.hpp"
#include "data/number_table.hpp"

namespace orochi {

bool looks_like_record(const CsvRecord& first, CsvParser rest) {
  constexpr int most_looked_at = 1000;
  if (std::any_of(first.fields.begin(), first.fields.end(), is_one_number)) return true;
  CsvRecord record;
  for (int i = 0; i < most_looked_at && rest.next(record); ++i)
    for (std::size_t c = 0; c < std::min(first.fields.size(), record.fields.size()); ++c)
      if (!first.fields[c].empty() && first.fields[c] == record.fields[c]) return true;
  return false;
}

bool looks_like_header(const CsvRecord& first, CsvParser rest) {
  constexpr int most_looked_at = 1000, fewest = 3;
  if (looks_like_record(first, rest)) return false;
  if (std::count_if(first.fields.begin(), first.fields.end(), is_column_name) > 1) return true;
  std::vector<bool> is_of_numbers;
  for (const std::string& field : first.fields)
    is_of_numbers.push_back(!field.empty() && std::isalpha(static_cast<unsigned char>(field.front())) != 0);
  CsvRecord record;
  int records = 0;
  for (; records < most_looked_at && rest.next(record); ++records)
    for (std::size_t c = 0; c < is_of_numbers.size(); ++c)
      is_of_numbers[c] = is_of_numbers[c] && c < record.fields.size() && is_one_number(record.fields[c]);
  return records >= fewest &&
         std::find(is_of_numbers.begin(), is_of_numbers.end(), true) != is_of_numbers.end();
}

Index line_of_header(std::span<const std::string> names, const CsvRecord& first, CsvParser rest) {
  constexpr int most_looked_at = 20;
  const auto has = [](const CsvRecord& record) {
    return [&](const std::string& name) {
      return std::ranges::find(record.fields, name) != record.fields.end();
    };
  };
  if (std::ranges::any_of(names, has(first))) return 0;
  CsvRecord record;
  for (int i = 0; i < most_looked_at && rest.next(record); ++i)
    if (std::ranges::all_of(names, has(record))) return record.line;
  return 0;
}

}  // namespace orochi
