// Records and fields of a CSV file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

struct CsvRecord {
  Index line = 0;  // where it starts; with an error, where what is wrong starts
  std::vector<std::string> fields;
  std::string error;  // what is wrong with its quotes, or nothing
  bool is_blank = false;
};

/// "comma", "tab"
std::string delimiter_name(char delimiter);

/// Takes records off the text of a CSV file (RFC 4180; lines may also end in LF alone). A field whose quotes
/// are wrong ends with the line that it begins in: the lines below are records again.
class CsvParser {
 public:
  /// Without quotes, they are letters like others.
  CsvParser(std::string_view contents, char delimiter, bool has_quotes)
      : rest_(contents), ends_{delimiter, '\n'}, has_quotes_(has_quotes) {}

  /// False at the end of the text.
  bool next(CsvRecord& record);

 private:
  /// Whether another field of the same record follows.
  bool take_field(CsvRecord& record);
  /// Reads from an opening quote to just behind the closing one; false where there is none.
  bool take_quoted(std::string& field);

  std::string_view rest_;
  std::string ends_;  // of a plain field
  bool has_quotes_;
  Index line_ = 1;
};

}  // namespace orochi
