#include "io/source_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/utf8.hpp"

namespace orochi {
namespace {

constexpr std::size_t widest = 72;  // columns of a line that are shown

/// One character as a terminal shows it, a tab as a blank.
std::string shown(std::string_view bytes) { return bytes == "\t" ? " " : utf8::escape(bytes); }

/// The line and the caret below its `column`, from 1; of a long line the part around it.
std::string line_with_caret(std::string_view line, std::size_t column, const std::string& margin) {
  std::vector<std::string> characters;
  for (std::string_view rest = line; !rest.empty();) characters.push_back(shown(utf8::take(rest).bytes));
  const std::size_t at = std::min(column - 1, characters.size());
  const std::size_t first = at > widest / 2 && characters.size() > widest ? at - widest / 2 : 0;
  const std::size_t end = std::min(first + widest, characters.size());
  std::string text = first > 0 ? "..." : "", blanks = text.empty() ? "" : "   ";
  for (std::size_t i = first; i < end; ++i) {
    text += characters[i];
    if (i < at) blanks.append(utf8::count(characters[i]), ' ');
  }
  if (end < characters.size()) text += "...";
  text.erase(text.find_last_not_of(' ') + 1);
  return fmt::format("\n{}{}\n{}{}^", margin, text, std::string(margin.size(), ' '), blanks);
}

}  // namespace

std::string_view line_of(std::string_view text, int number) {
  for (int line = 1; line < number && !text.empty(); ++line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string place_of(const std::string& name, const Location& location) {
  if (!location.argument.empty()) return "command line: " + location.argument;
  return location.line > 0 ? fmt::format("{}:{}:{}", name, location.line, location.column) : name;
}

std::string error_at(const std::string& name, const Location& location, std::string_view text,
                     const std::string& what) {
  const auto column = static_cast<std::size_t>(std::max(location.column, 1));
  if (!location.argument.empty())
    return fmt::format("command line: error: {}", what) + line_with_caret(location.argument, column, "    ");
  const std::string message = fmt::format("{}: error: {}", place_of(name, location), what);
  if (location.line == 0) return message;
  if (text.starts_with(utf8::byte_order_mark)) text.remove_prefix(utf8::byte_order_mark.size());
  const std::string_view line = line_of(text, location.line);
  if (line.find_first_not_of(" \t") == std::string_view::npos) return message;
  return message + line_with_caret(line, column, fmt::format("{:5} | ", location.line));
}

}  // namespace orochi
