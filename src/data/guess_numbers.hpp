// Columns of numbers in a config that is guessed.
#pragma once

#include <string>
#include <vector>

#include "data/column_choice.hpp"
#include "data/number_table.hpp"

namespace orochi {

/// Which columns are numbers. `label`: the column that is asked for, or empty.
NumberTable numbers_in(const ColumnTable& table, const std::string& label);

/// Columns that are left out, and why; or nothing.
std::string unused_columns(const std::vector<std::string>& names, const NumberTable& numbers);

/// What [data.format] says of them, with comments.
std::string number_lines(const ColumnTable& table, const NumberTable& numbers);

}  // namespace orochi
