// What columns are often called.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace orochi {

/// Whether a field of a first line is likelier the name of a column of labels or texts than one of them.
bool is_column_name(std::string_view field);

/// Whether it is called as texts are: "text", "review", "question2".
bool is_text_name(std::string_view field);

/// Whether it is called as what tells which record it is, or when it was: "customer_id", "timestamp", "zip".
bool names_record(std::string_view field);

/// Whether it is the y of columns x, y and more: a coordinate, no label.
bool is_coordinate(std::string_view name, std::span<const std::string> names);

/// How surely a column of this name is the one of labels: 0 the most; `no_label_name` where it says nothing.
std::size_t label_name_rank(std::string_view name);
inline constexpr std::size_t no_label_name = static_cast<std::size_t>(-1);

}  // namespace orochi
