// What operations say of arguments that they cannot take.
#pragma once

#include <orochi/error.hpp>
#include <string>

#include <orochi/batch.hpp>

namespace orochi {

/// "[3, 4]"
inline std::string shape_text(Index rows, Index cols) {
  return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]";
}

/// "[add] expected two matrices of one shape, found [3, 4] and [3, 5]"
inline Error operation_error(const std::string& operation, const std::string& expected,
                             const std::string& found) {
  return usage_error("[" + operation + "] expected " + expected + ", found " + found);
}

}  // namespace orochi
