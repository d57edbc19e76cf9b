#include "data/readers/csv_header.hpp"

#include <algorithm>
#include <cstdint>

#include "core/read_number.hpp"
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

namespace {

/// Integers that rise by the same step: three from 0, five from 1, or more. `fields`: without words at its
/// ends.
bool count_up(std::span<const std::string> fields) {
  constexpr std::size_t many = 8;
  std::vector<std::int64_t> numbers;
  for (const std::string& field : fields) {
    const auto number = read_number<std::int64_t>(trim(field));
    if (!number) return false;
    numbers.push_back(*number);
  }
  if (numbers.size() < 3) return false;
  const std::int64_t step = numbers[1] - numbers[0];
  for (std::size_t i = 1; i < numbers.size(); ++i)
    if (numbers[i] - numbers[i - 1] != step) return false;
  return step > 0 && (numbers.size() >= many ||
                      (step == 1 && (numbers[0] == 0 || (numbers[0] == 1 && numbers.size() >= 5))));
}

/// Without a first or last field that is no number.
std::span<const std::string> inner(std::span<const std::string> fields) {
  if (!fields.empty() && !is_one_number(trim(fields.front()))) fields = fields.subspan(1);
  if (!fields.empty() && !is_one_number(trim(fields.back()))) fields = fields.first(fields.size() - 1);
  return fields;
}

}  // namespace

bool has_numbers_for_names(const FieldRows& rows) {
  if (rows.size() < 2 || !count_up(inner(rows[0])) || count_up(inner(rows[1]))) return false;
  // A word beside them that comes again is a label.
  return std::none_of(rows.begin() + 1, rows.end(), [&](const std::vector<std::string>& row) {
    const auto is_again = [&](std::size_t c) {
      return c < row.size() && !rows[0][c].empty() && !is_one_number(trim(rows[0][c])) &&
             row[c] == rows[0][c];
    };
    return is_again(0) || is_again(rows[0].size() - 1);
  });
}

bool looks_like_record(const FieldRows& rows) {
  return std::ranges::any_of(rows.front(), is_one_number) || comes_again(rows);
}

bool looks_like_header(const FieldRows& rows) {
  if (has_numbers_for_names(rows)) return true;
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
