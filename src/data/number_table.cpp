#include "data/number_table.hpp"

#include <cmath>
#include <limits>
#include <numeric>
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

/// [columns], NaN where there is none
std::vector<double> numbers_of(const std::vector<std::string>& row, std::span<const std::size_t> columns) {
  std::vector<double> numbers;
  for (const std::size_t c : columns) {
    std::string field(c < row.size() ? trim(row[c]) : "");
    std::ranges::replace(field, ',', '.');
    numbers.push_back(one_number(field).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return numbers;
}

/// The standard deviation of what is there.
double spread_of(const std::vector<std::vector<double>>& rows, std::size_t column) {
  double count = 0, sum = 0, squares = 0;
  for (const std::vector<double>& row : rows)
    if (!std::isnan(row[column])) ++count, sum += row[column], squares += row[column] * row[column];
  return count == 0 ? 0 : std::sqrt(std::max(squares / count - sum / count * (sum / count), 0.0));
}

/// Von Neumann's ratio: how much neighbors differ, where 1 is by chance, and 0 not at all.
double roughness_of(const std::vector<std::vector<double>>& rows) {
  double steps = 0, squares = 0;
  for (const std::vector<double>& row : rows) {
    const double mean = std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
    if (std::isnan(mean)) continue;
    for (std::size_t c = 0; c < row.size(); ++c) {
      squares += 2 * (row[c] - mean) * (row[c] - mean);
      if (c > 0) steps += (row[c] - row[c - 1]) * (row[c] - row[c - 1]);
    }
  }
  return squares == 0 ? 1 : steps / squares;
}

/// Many columns of like spread, of which none is constant but where series end, as pixels at an edge are, and
/// neighbors are alike.
bool look_over_time(const std::vector<std::vector<double>>& rows) {
  constexpr std::size_t fewest = 16;
  constexpr double most_apart = 10, roughest = 0.4;
  if (rows.empty() || rows.front().size() < fewest) return false;
  std::vector<double> spreads;
  for (std::size_t c = 0; c < rows.front().size(); ++c) spreads.push_back(spread_of(rows, c));
  while (!spreads.empty() && spreads.back() == 0) spreads.pop_back();
  std::ranges::sort(spreads);
  const std::size_t tenth = spreads.size() / 10;
  return spreads.size() >= fewest && spreads.front() > 0 &&
         spreads[spreads.size() - 1 - tenth] <= most_apart * spreads[tenth] && roughness_of(rows) < roughest;
}

}  // namespace

bool look_over_time(const std::vector<std::vector<std::string>>& rows, std::span<const std::size_t> columns) {
  std::vector<std::vector<double>> numbers;  // [records, columns]
  for (const std::vector<std::string>& row : rows) numbers.push_back(numbers_of(row, columns));
  return look_over_time(numbers);
}

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
