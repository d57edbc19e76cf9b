// Names of columns that count up, in short.
#pragma once

#include <string>
#include <vector>

namespace orochi {

/// The names that one of number_columns is: itself, or of "t0..t59" t0, t1, ... and t59.
std::vector<std::string> expand_columns(const std::string& name);

/// The names, with "t0..t59" for several that count up: what `expand_columns` takes apart again.
std::vector<std::string> shorten_columns(const std::vector<std::string>& names);

}  // namespace orochi
