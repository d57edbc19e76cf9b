// Aligned text tables and what comes in their cells.
#pragma once

#include <string>
#include <vector>

#include "cli/screen.hpp"

namespace orochi {

/// A share as it comes in a table: four decimals, "-" where it is not a number.
std::string fraction(double value);

enum class Align { left, right };

/// A header and rows; every cell is made inert.
class Table {
 public:
  struct Column {
    std::string header;
    Align align = Align::right;
  };
  explicit Table(std::vector<Column> columns);

  /// One cell a column.
  void add(std::vector<std::string> cells);
  /// Lines that end in a line feed, columns two spaces apart, no space at a line's end.
  std::string text() const;
  /// For standard output: where the columns do not fit beside each other, the first `keys` of them with as
  /// many others as fit, and below, after an empty line, with the next ones.
  std::string fitted(std::size_t keys = 1) const { return fitted(keys, standard_output_screen().width); }
  std::string fitted(std::size_t keys, std::size_t width) const;
  bool fits() const;  // without that

 private:
  std::vector<std::size_t> widths() const;
  std::string lines_of(const std::vector<std::size_t>& columns, const std::vector<std::size_t>& widths) const;

  std::vector<Align> aligns_;
  std::vector<std::vector<std::string>> rows_;  // [1 + rows][columns]; the first is the header
};

}  // namespace orochi
