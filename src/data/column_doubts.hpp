// Columns that may mean something else than they are read as.
#pragma once

#include <string>
#include <vector>

#include <orochi/reader.hpp>
#include <orochi/targets.hpp>

#include "data/raw.hpp"

namespace orochi {

/// Notes labels that another separator seems to hold together, targets whose comma may be a decimal one, and
/// texts that are series of numbers. `has_columns`: labels and texts are columns of text, no lists.
void note_doubts(const RawSplit& raw, const Targets& targets, bool has_columns,
                 std::vector<std::string>& notes);

/// Labels that may be quantities, or are no classes as each is there once: an error where they are too many
/// to be classes, else a note. `is_one_each`: a label a record.
void check_numbers(const RawSplit& raw, bool is_one_each, FileErrors& errors,
                   std::vector<std::string>& notes);

}  // namespace orochi
