// An error with its place and the line that it is in, as compilers show them: editors jump to it.
#pragma once

#include <string>
#include <string_view>

#include "io/toml.hpp"

namespace orochi {

/// "run.toml:7:17: error: what", below it line 7 of `text` with a caret under column 17. Of an override
/// "command line: error: what" and what was typed; without a line the name alone.
std::string error_at(const std::string& name, const Location& location, std::string_view text,
                     const std::string& what);

/// "run.toml:7:17", "command line: KEY=VALUE", or the name alone.
std::string place_of(const std::string& name, const Location& location);

/// Line `number`, from 1, without its end; empty where there is none.
std::string_view line_of(std::string_view text, int number);

}  // namespace orochi
