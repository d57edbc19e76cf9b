// What columns are often called.
#pragma once

#include <string_view>

namespace orochi {

/// Whether a field of a first line is likelier the name of a column of labels or texts than one of them.
bool is_column_name(std::string_view field);

}  // namespace orochi
