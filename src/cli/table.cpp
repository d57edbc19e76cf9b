#include "cli/table.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/text.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {

std::string fraction(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

Table::Table(std::vector<Column> columns) {
  std::vector<std::string> headers;
  for (Column& column : columns) {
    aligns_.push_back(column.align);
    headers.push_back(std::move(column.header));
  }
  add(std::move(headers));
}

void Table::add(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = escape(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths(aligns_.size(), 0);
  for (const std::vector<std::string>& row : rows_)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], unicode::width(row[c]));
  std::string result;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      const std::string padding(widths[c] - unicode::width(row[c]), ' ');
      line += c == 0 ? "" : "  ";
      line += aligns_[c] == Align::left ? row[c] + padding : padding + row[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  }
  return result;
}

}  // namespace orochi
