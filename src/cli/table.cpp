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

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths(aligns_.size(), 0);
  for (const std::vector<std::string>& row : rows_)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], unicode::width(row[c]));
  return widths;
}

std::string Table::lines_of(const std::vector<std::size_t>& columns,
                            const std::vector<std::size_t>& widths) const {
  std::string result;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (const std::size_t c : columns) {
      const std::string padding(widths[c] - unicode::width(row[c]), ' ');
      line += c == columns.front() ? "" : "  ";
      line += aligns_[c] == Align::left ? row[c] + padding : padding + row[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  }
  return result;
}

std::string Table::text() const { return fitted(0, std::string::npos); }

bool Table::fits() const { return fitted(0) == text(); }

std::string Table::fitted(std::size_t keys, std::size_t width) const {
  const std::vector<std::size_t> all = widths();
  std::vector<std::size_t> columns;
  std::size_t used = 0, used_by_keys = 0;
  std::string result;
  for (std::size_t c = 0; c < all.size(); ++c) {  // `used`: with two spaces behind each column
    if (columns.size() > keys && used + all[c] > width) {
      result += lines_of(columns, all) + "\n";
      columns.resize(keys);
      used = used_by_keys;
    }
    used += all[c] + 2;
    columns.push_back(c);
    if (c + 1 == keys) used_by_keys = used;
  }
  return result + lines_of(columns, all);
}

}  // namespace orochi
