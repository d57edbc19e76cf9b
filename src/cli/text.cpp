#include "cli/text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/read_number.hpp"

namespace orochi {
namespace {

/// $'...' as bash, zsh and ksh read it: a terminal sees plain ASCII, the shell the same bytes.
std::string ansi_quoted(std::string_view word) {
  std::string quoted = "$'";
  for (const char c : word)
    if (c >= 0x20 && c < 0x7F && c != '\'' && c != '\\')
      quoted += c;
    else
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return quoted + "'";
}

bool is_shell_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./=,:+@%").find(c) != std::string_view::npos;
}

}  // namespace

std::string escape_cell(std::string_view text) {
  std::string result = escape(text);
  if (text.size() < 2 || std::string_view("=+-@").find(text.front()) == std::string_view::npos) return result;
  if (read_number<double>(text.substr(text.front() == '+' ? 1 : 0))) return result;
  return fmt::format("\\x{:02x}", text.front()) + result.substr(1);
}

std::string inert_lines(std::string_view text) {
  std::string result;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    result += escape(text.substr(0, end)) + "\n";
    text.remove_prefix(end + 1);
  }
  return result + escape(text);
}

std::string shell_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_shell_safe)) return std::string(word);
  if (escape(word) != word) return ansi_quoted(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!lines.back().empty() && utf8::count(lines.back()) + 1 + utf8::count(word) > width)
      lines.emplace_back();
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
  }
  return lines;
}

std::size_t page_width() { return std::clamp<std::size_t>(standard_output_screen().width, 60, 100); }

std::string with_title(std::string left, std::string_view text, std::size_t indent) {
  std::string result;
  for (const std::string& line : wrap(text, page_width() - indent)) {
    result += fmt::format("{:<{}}{}\n", left, indent, line);
    left.clear();
  }
  return result;
}

std::string fitted(std::string_view text, const Screen& screen) {
  std::string result;
  if (!screen.is_terminal) return std::string(text);
  constexpr std::string_view indent = "    ";
  while (true) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (utf8::count(line) <= screen.width || line.starts_with(' ')) {
      result += line;
    } else {
      const std::vector<std::string> parts = wrap(line, screen.width - indent.size());
      for (std::size_t i = 0; i < parts.size(); ++i) result += (i > 0 ? "\n    " : "") + parts[i];
    }
    if (line.size() == text.size()) return result;
    result += '\n';
    text.remove_prefix(line.size() + 1);
  }
}

}  // namespace orochi
