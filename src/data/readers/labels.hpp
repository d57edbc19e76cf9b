// What readers of several formats do with labels and names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <orochi/reader.hpp>

namespace orochi {

/// Puts a list of labels, or numbers, together as `target`; returns what is wrong with them, or nothing.
std::string join_labels(std::span<const std::string> labels, const Targets& targets, std::string& target);

/// What is wrong with a label that is not in a header's list of them, such as "@classLabel".
std::string unlisted_label(std::string_view label, std::span<const std::string> listed,
                           std::string_view list);

/// What to do where an option names a column, or key, that is not among those of a file.
std::string other_name(const DataFile& file, std::string_view option, std::string_view what);

}  // namespace orochi
