#include "data/readers/csv_header.hpp"

#include <algorithm>

#include "data/column_names.hpp"
#include "data/number_table.hpp"
#include "data/readers/words.hpp"

namespace orochi {

FieldRows first_rows(const CsvRecord& first, CsvParser rest) {
  constexpr std::size_t most = 1000;
  FieldRows rows{first.fields};
  CsvRecord record;
  while (rows.size() < most && rest.next(record))
    if (!record.is_blank) rows.push_back(record.fields);
  return rows;
}

bool comes_again(const FieldRows& rows) {
  return std::any_of(rows.begin() + 1, rows.end(), [&](const std::vector<std::string>& row) {
    for (std::size_t c = 0; c < std::min(row.size(), rows.front().size()); ++c)
      if (!row[c].empty() && row[c] == rows.front()[c]) return true;
    return false;
  });
}

bool has_word_over_numbers(const FieldRows& rows) {
  constexpr std::size_t fewest = 3;
  const auto is_word = [](std::string_view field) {  // and no mark of what is missing
    return !is_missing_number(field) && !is_table_number(field) &&
           std::string_view("-.?*").find(field.front()) == std::string_view::npos;
  };
  for (std::size_t c = 0; c < rows.front().size() && rows.size() >= fewest; ++c)
    if (is_word(trim(rows.front()[c])) &&
        std::all_of(rows.begin() + 1, rows.end(), [&](const std::vector<std::string>& row) {
          return c < row.size() && is_table_number(trim(row[c]));
        }))
      return true;
  return false;
}

bool count_up(std::span<const std::string> fields) {
  constexpr std::size_t fewest = 3;
  if (!fields.empty() && !is_one_number(trim(fields.front()))) fields = fields.subspan(1);
  if (!fields.empty() && !is_one_number(trim(fields.back()))) fields = fields.first(fields.size() - 1);
  if (fields.size() < fewest) return false;
  const std::string_view first = trim(fields.front());
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (trim(fields[i]) != std::to_string(i + (first == "0" ? 0 : 1))) return false;
  return true;
}

bool looks_like_record(const FieldRows& rows) {
  return std::ranges::any_of(rows.front(), is_one_number) || comes_again(rows);
}

bool looks_like_header(const FieldRows& rows) {
  if (count_up(rows.front()) && rows.size() > 1 && !count_up(rows[1])) return true;
  return !looks_like_record(rows) &&
         (std::ranges::count_if(rows.front(), is_column_name) > 1 || has_word_over_numbers(rows));
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
