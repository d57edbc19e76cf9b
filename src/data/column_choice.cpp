#include "data/column_choice.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/column_names.hpp"
#include "data/file_errors.hpp"
#include "data/label_form.hpp"
#include "data/number_table.hpp"
#include "data/readers/words.hpp"

namespace orochi {
namespace {

/// The number of a column that is asked for.
std::size_t column_of(const ColumnTable& table, const std::string& name) {
  const auto found = std::ranges::find(table.names, name);
  if (found == table.names.end())
    throw usage_error(
        fmt::format("there is no column {}; there are: {}", quote(name), quote_list(table.names)));
  return static_cast<std::size_t>(found - table.names.begin());
}

/// What decides whether a column holds texts or labels.
struct ColumnLook {
  std::size_t bytes = 0;
  std::set<std::string_view> values = {};
  bool has_blanks = false, is_numeric = true;

  void take(const std::string& field) {
    bytes += field.size();
    values.insert(field);
    has_blanks = has_blanks || trim(field).find(' ') != std::string_view::npos;
    is_numeric = is_numeric && (is_missing_number(field) || is_table_number(trim(field)));
  }
  /// Names or numbers of the records: of one word, and no two are the same.
  bool are_ids(std::size_t rows) const { return values.size() == rows && !has_blanks; }
  bool may_be_texts(std::size_t rows) const {
    return !is_numeric && !are_ids(rows) && !come_again(values.size(), rows);
  }
};

/// The longest column but `label`; ids only where no other column may be texts.
std::size_t longest_column(const std::vector<ColumnLook>& looks, std::size_t rows, std::size_t label) {
  std::size_t longest = label == 0 ? 1 : 0;
  bool may_be_ids = true, has_words = false;
  for (std::size_t c = 0; c < looks.size(); ++c)
    may_be_ids = may_be_ids && (c == label || !looks[c].may_be_texts(rows)),
    has_words = has_words || (c != label && !looks[c].is_numeric);
  const auto bytes = [&](std::size_t c) {
    return (looks[c].are_ids(rows) && !may_be_ids) || (looks[c].is_numeric && has_words) ? 0 : looks[c].bytes;
  };
  for (std::size_t c = longest + 1; c < looks.size(); ++c)
    if (c != label && bytes(c) > bytes(longest)) longest = c;
  return longest;
}

/// The column that is called as labels are; `count` for none.
std::size_t column_named_label(const ColumnTable& table, const std::vector<ColumnLook>& looks,
                               std::size_t text) {
  std::size_t best = looks.size(), best_rank = no_label_name;
  for (std::size_t c = 0; c < looks.size(); ++c)
    if (const std::size_t rank = label_name_rank(table.names[c]);
        c != text && !is_coordinate(table.names[c], table.names) && looks[c].values.size() > 1 &&
        rank < best_rank)
      best = c, best_rank = rank;
  return best;
}

}  // namespace

ColumnChoice choose_columns(const ColumnTable& table, const std::string& text, const std::string& label) {
  const std::size_t count = table.names.size(), rows = table.rows.size();
  std::vector<ColumnLook> looks(count);
  for (const std::vector<std::string>& row : table.rows)
    for (std::size_t c = 0; c < std::min(count, row.size()); ++c) looks[c].take(row[c]);
  ColumnChoice choice{count, count};
  if (count < 2) return choice;
  if (!text.empty()) choice.text = column_of(table, text);
  if (label.empty())
    choice.label = column_named_label(table, looks, choice.text);
  else
    choice.label = column_of(table, label);
  choice.is_label_by_name = label.empty() && choice.label < count;
  if (text.empty()) choice.text = longest_column(looks, rows, choice.label);
  if (choice.label < count) return choice;
  for (std::size_t c = 0; c < count; ++c)
    if (c != choice.text && looks[c].values.size() > 1 &&
        (choice.label == count || looks[c].values.size() < looks[choice.label].values.size()))
      choice.label = c;
  return choice;
}

std::size_t label_among_numbers(const ColumnTable& table) {
  constexpr std::size_t most_classes = 20;
  const auto are_few = [&](std::size_t c) {
    std::set<std::string_view> values;
    for (const std::vector<std::string>& row : table.rows)
      if (c < row.size()) values.insert(row[c]);
    return values.size() <= most_classes && come_again(values.size(), table.rows.size());
  };
  const std::size_t last = table.names.size() - 1;
  return are_few(0) && !are_few(last) ? 0 : last;
}

}  // namespace orochi
