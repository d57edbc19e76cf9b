// What standard output and standard error are.
#pragma once

#include <cstddef>

namespace orochi {

struct Screen {
  bool is_terminal = false;  // a status line may be drawn over and over; else plain lines
  bool has_color = false;    // a terminal, and NO_COLOR is not set
  std::size_t width = 80;    // columns
};
Screen standard_output_screen();
Screen standard_error_screen();

}  // namespace orochi
