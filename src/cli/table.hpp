// Aligned text tables and what comes in their cells.
#pragma once

#include <string>
#include <vector>

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

 private:
  std::vector<Align> aligns_;
  std::vector<std::vector<std::string>> rows_;  // [1 + rows][columns]; the first is the header
};

}  // namespace orochi
