// Text of one byte a character to UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "core/choices.hpp"

namespace orochi {

/// Position of the first byte that is no character of the encoding (five of CP1252's), or npos.
std::size_t find_undefined(std::string_view text, Encoding encoding);

/// Of an encoding with one byte a character; bytes that are none become U+FFFD.
std::string to_utf8(std::string_view text, Encoding encoding);

}  // namespace orochi
