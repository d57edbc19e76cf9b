#include "cli/screen.hpp"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace orochi {
namespace {

Screen screen_of(int descriptor) {
  const auto setting = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  Screen screen;
  screen.is_terminal = ::isatty(descriptor) == 1 && setting("TERM") != "dumb";
  screen.has_color = screen.is_terminal && setting("NO_COLOR").empty();
  winsize size{};
  if (screen.is_terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    screen.width = size.ws_col;
  return screen;
}

}  // namespace

Screen standard_output_screen() { return screen_of(STDOUT_FILENO); }
Screen standard_error_screen() { return screen_of(STDERR_FILENO); }

}  // namespace orochi
