// Text on its way to a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/screen.hpp"
#include "core/utf8.hpp"

namespace orochi {

using utf8::escape;
/// The same for a cell of a table that a spreadsheet may open: what it would take for a formula, a text that
/// begins with =, +, - or @ and is no number, begins with \x3d, ...
std::string escape_cell(std::string_view text);
/// The same of a text of several lines: line feeds stay.
std::string inert_lines(std::string_view text);

/// `word` as a shell needs it to be one word.
std::string shell_word(std::string_view word);

/// Cut at white space into lines of at most `width` characters (a longer word is alone).
std::vector<std::string> wrap(std::string_view text, std::size_t width);
/// Of pages on standard output: a terminal's, within reason.
std::size_t page_width();
/// `text` as wide as a page, wrapped beside what is left of it: at `indent`.
std::string with_title(std::string left, std::string_view text, std::size_t indent);
/// Lines that are longer than a terminal's wrapped, with what continues one indented; off a terminal as they
/// are. Lines that begin with a blank stay.
std::string fitted(std::string_view text, const Screen& screen);

}  // namespace orochi
