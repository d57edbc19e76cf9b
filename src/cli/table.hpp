// Aligned text tables.
#pragma once

#include <string>
#include <vector>

namespace orochi {

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
