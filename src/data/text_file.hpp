// A file's text: read, unpacked, checked, in UTF-8.
#pragma once

#include <istream>
#include <string>
#include <string_view>

#include <orochi/column.hpp>

#include "core/choices.hpp"
#include "data/encoding.hpp"
#include "data/file_errors.hpp"

namespace orochi {

/// Whether lines end in a carriage return alone, as on Macs of old: all would be one line.
bool has_bare_returns(std::string_view contents);

/// By the mark at its end; the file is then at its beginning.
bool ends_as_checkpoint(std::istream& file);

class TextFile {
 public:
  explicit TextFile(Encoding encoding, const Storage& storage = {}) : encoding_(encoding), bytes_(storage) {}

  /// The file that `errors` is of, as DataFile::text() says; valid as long as this.
  std::string_view read(FileErrors& errors);
  /// Whether all of it was text in the encoding.
  bool is_valid() const { return is_valid_; }
  /// What a byte of a line of the text is in the file, both counted from 1.
  Index column_in_file(Index line, Index column) const;

  static constexpr std::size_t beginning_bytes = 1 << 16;
  /// In place of the whole file its first bytes, unpacked or not.
  void read_beginning(const std::string& path);
  /// As they were read, in UTF-8.
  std::string_view bytes() const { return {bytes_.data(), bytes_.size()}; }

 private:
  Encoding encoding_;
  Column<char> bytes_;
  bool is_valid_ = false;
};

}  // namespace orochi
