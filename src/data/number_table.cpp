#include "data/number_table.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "core/read_number.hpp"
#include "data/column_names.hpp"
#include "data/label_form.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

/// What there is of a column.
struct ColumnKind {
  bool is_numeric = false, repeats = false;
  bool is_text = false;                                 // its fields are long, or of several words
  bool are_words = false;                               // that hardly come again, without digits
  bool has_decimal_commas = false, has_points = false;  // in numbers
  std::size_t different = 0;
};

/// Whether the comma of a number is not one between thousands: 70,3 and 0,125, not 1,500.
bool is_decimal_comma(std::string_view number) {
  const std::size_t comma = number.find(',');
  if (comma == number.npos) return false;
  const std::string_view whole = number.substr(0, comma).substr(number.find_first_not_of("+-"));
  return number.size() - comma - 1 != 3 || whole.size() > 3 || whole.starts_with('0');
}

ColumnKind kind_of(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
  constexpr double most_words = 5, most_bytes = 40;  // a field of what is no text, on average
  std::set<std::string_view> values;
  double words = 0, bytes = 0, plain = 0, count = 0;
  ColumnKind kind{true};
  for (const std::vector<std::string>& row : rows) {
    if (column >= row.size() || trim(row[column]).empty()) continue;
    const std::string_view field = trim(row[column]);
    values.insert(field);  // where it is a label, - and None are some, too
    if (is_missing_number(field)) continue;
    kind.is_numeric = kind.is_numeric && is_table_number(field);
    kind.has_decimal_commas = kind.has_decimal_commas || is_decimal_comma(field);
    kind.has_points = kind.has_points || field.find('.') != field.npos;
    words += 1 + static_cast<double>(std::ranges::count(field, ' '));
    bytes += static_cast<double>(field.size());
    plain += field.find_first_of("0123456789") == field.npos ? 1 : 0;
    ++count;
  }
  kind.is_numeric = kind.is_numeric && count > 0;
  kind.is_text =
      count > 0 && !kind.is_numeric && (words >= most_words * count || bytes >= most_bytes * count);
  kind.different = values.size();
  kind.repeats = come_again(values.size(), rows.size());
  kind.are_words = !kind.is_numeric && !kind.repeats && plain > 0.9 * count && count > 0;
  return kind;
}

/// As ColumnLook::are_ids, but no two measurements need be the same either: hence only what counts the rows.
bool counts_rows(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
  constexpr std::size_t fewest = 8;  // of fewer some rise by one by chance
  std::optional<std::int64_t> last;
  for (const std::vector<std::string>& row : rows) {
    if (column >= row.size()) return false;
    const auto number = read_number<std::int64_t>(trim(row[column]));
    if (!number || (last && *number != *last + 1)) return false;
    last = number;
  }
  return rows.size() >= fewest;
}

/// The column of labels: of names that come again the last column, else the first one, else that of the
/// fewest; where there are none, `otherwise`.
std::size_t label_of(const std::vector<ColumnKind>& kinds, std::span<const std::string> names,
                     std::size_t otherwise) {
  const auto is_label = [&](std::size_t c) {
    return !kinds[c].is_numeric && kinds[c].repeats && kinds[c].different > 1 && !is_text_name(names[c]) &&
           !names_record(names[c]);
  };
  std::size_t best = kinds.size(), last = kinds.size() - 1;
  while (last > 0 && kinds[last].different == 0) --last;  // behind a delimiter at the lines' ends
  for (std::size_t c = 0; c < kinds.size(); ++c)
    if (is_label(c) && (best == kinds.size() || kinds[c].different < kinds[best].different)) best = c;
  if (best == kinds.size()) return otherwise;
  return is_label(last) ? last : is_label(0) ? 0 : best;
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
  constexpr std::array<std::string_view, 8> marks{"", "NA", "N/A", "n/a", "None", "null", "NULL", "-"};
  return marks_missing(field) || std::ranges::find(marks, field) != marks.end();
}

NumberTable number_table(const std::vector<std::vector<std::string>>& rows,
                         std::span<const std::string> names, std::optional<std::size_t> wished,
                         std::size_t otherwise) {
  constexpr std::size_t fewest = 1, fewest_beside_others = 2, fewest_beside_words = 3;
  std::vector<ColumnKind> kinds;
  for (std::size_t c = 0; c < names.size(); ++c) kinds.push_back(kind_of(rows, c));
  NumberTable found{0, wished ? *wished : label_of(kinds, names, otherwise)};
  if (!wished && !kinds[found.label].is_numeric && !kinds[found.label].repeats) return {};
  bool has_points = false, has_words = false;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const ColumnKind& kind = kinds[c];
    const bool is_filled = kind.is_numeric || kind.different > 1;
    if (kind.is_numeric) {
      found.has_decimal_commas = found.has_decimal_commas || kind.has_decimal_commas;
      has_points = has_points || kind.has_points;
    }
    if (c == found.label) continue;
    if (is_filled && (kind.is_text || is_text_name(names[c]))) return {};
    has_words = has_words || kind.are_words;
    if (!kind.is_numeric)
      found.others.push_back(c);
    else if (counts_rows(rows, c) || names[c].empty())
      found.ids.push_back(c);
    else
      ++found.numbers;
  }
  found.has_decimal_commas = found.has_decimal_commas && !has_points;
  // What only numbers records is used where there is nothing else.
  if (found.numbers == 0 && found.others.empty()) found.numbers = std::exchange(found.ids, {}).size();
  const std::size_t needed = has_words              ? fewest_beside_words
                             : found.others.empty() ? fewest
                                                    : fewest_beside_others;
  return found.numbers < needed ? NumberTable() : found;
}

}  // namespace orochi
