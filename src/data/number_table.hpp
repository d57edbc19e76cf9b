// A table of numbers: which of its columns are numbers, and which one are labels.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace orochi {

/// A table of numbers and labels, perhaps beside other columns of which none is a text.
struct NumberTable {
  std::size_t numbers = 0;               // columns that are used; 0: it is no such table
  std::size_t label = 0;                 // the number of its column, from 0
  bool has_decimal_commas = false;       // in numbers, as in 70,3
  bool is_over_time = false;             // the columns look like one quantity over time
  std::vector<std::size_t> ids = {};     // columns that only number the records: integers that rise by one
  std::vector<std::size_t> others = {};  // that are neither numbers nor the label

  bool is_used(std::size_t column) const {
    return column != label && std::ranges::count(ids, column) + std::ranges::count(others, column) == 0;
  }
};

/// The number that a text is and nothing else, perhaps with a + before it; NaN is one.
std::optional<double> one_number(std::string_view text);
inline bool is_one_number(std::string_view text) { return one_number(text).has_value(); }
/// Also with a comma for its point.
bool is_table_number(std::string_view text);

/// Whether a field of a table of numbers has none: it is empty, ?, NA, or what programs write for it.
bool is_missing_number(std::string_view field);

/// `rows` without a header, each of as many fields as there are names. `wished`: the column of labels, if it
/// is known; `otherwise`: what it is where all are numbers.
NumberTable number_table(const std::vector<std::vector<std::string>>& rows,
                         std::span<const std::string> names, std::optional<std::size_t> wished,
                         std::size_t otherwise);

/// Whether these columns look like one quantity over time.
bool look_over_time(const std::vector<std::vector<std::string>>& rows, std::span<const std::size_t> columns);

}  // namespace orochi
