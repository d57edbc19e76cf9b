#include "data/number_table.hpp"

#include <set>

#include "core/read_number.hpp"
#include "data/label_form.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

/// Whether what is there of a column is numbers, some with commas for points, or what it holds comes again as
/// labels do.
struct ColumnKind {
  bool is_numeric = false, has_commas = false, repeats = false;
};

ColumnKind kind_of(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
  std::set<std::string_view> values;
  ColumnKind kind{true};
  for (const std::vector<std::string>& row : rows) {
    if (column >= row.size() || is_missing_number(row[column])) continue;
    const std::string_view field = trim(row[column]);
    values.insert(field);
    kind.is_numeric = kind.is_numeric && is_table_number(field);
    kind.has_commas = kind.has_commas || field.find(',') != std::string_view::npos;
  }
  kind.is_numeric = kind.is_numeric && !values.empty();
  kind.has_commas = kind.has_commas && kind.is_numeric;
  kind.repeats = come_again(values.size(), rows.size());
  return kind;
}

/// As ColumnLook::are_ids, but no two measurements need be the same either: hence only what counts the rows.
bool counts_rows(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
  std::optional<std::int64_t> last;
  for (const std::vector<std::string>& row : rows) {
    if (column >= row.size()) return false;
    const auto number = read_number<std::int64_t>(trim(row[column]));
    if (!number || (last && *number != *last + 1)) return false;
    last = number;
  }
  return rows.size() > 1;
}

}  // namespace

std::optional<double> one_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  return read_number<double>(text);
}

bool is_table_number(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == text.npos) return is_one_number(text);
  std::string with_point(text);
  with_point[comma] = '.';
  return is_one_number(with_point);
}

bool is_missing_number(std::string_view field) {
  field = trim(field);
  return field.empty() || field == "?" || field == "NA";
}

NumberTable number_table(const std::vector<std::vector<std::string>>& rows, std::size_t count,
                         std::optional<std::size_t> wished, std::size_t otherwise) {
  constexpr std::size_t fewest = 2;
  NumberTable found{0, count};
  for (std::size_t c = 0; c < count; ++c) {
    const ColumnKind kind = kind_of(rows, c);
    found.has_decimal_commas = found.has_decimal_commas || kind.has_commas;
    if (kind.is_numeric)
      ++found.numbers;
    else if (found.label < count || !kind.repeats)
      return {};  // two columns that are none, or a text
    else
      found.label = c;
  }
  if (found.numbers < fewest + (found.label == count ? 1 : 0)) return {};
  // The other one may be a short text.
  if (wished && found.label < count && *wished != found.label) return {};
  if (wished) found.label = *wished;
  if (found.label == count) found.label = otherwise;
  if (found.label == count) return {};
  found.label_is_number = kind_of(rows, found.label).is_numeric;
  found.numbers -= found.label_is_number ? 1 : 0;
  for (std::size_t c = 0; c < count && found.numbers > 1; ++c)
    if (c != found.label && counts_rows(rows, c)) found.ids.push_back(c), --found.numbers;
  return found;
}

}  // namespace orochi
