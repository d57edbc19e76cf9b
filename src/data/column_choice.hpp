// Which columns of a table are texts and labels, where nobody has said.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace orochi {

/// Fields by name.
struct ColumnTable {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  bool has_names = true;  // else they are numbers
};

/// By their numbers; as many as there are columns where there is none.
struct ColumnChoice {
  std::size_t text, label;
  bool is_label_by_name = false;  // and nobody asked for it
};

/// `text`, `label`: names of the columns that are asked for, or empty. Throws a usage_error where there is no
/// such column.
ColumnChoice choose_columns(const ColumnTable& table, const std::string& text, const std::string& label);

/// Where all columns are numbers and none is called as labels are: the last one, or the first one where only
/// that has so few values as classes have.
std::size_t label_among_numbers(const ColumnTable& table);

}  // namespace orochi
