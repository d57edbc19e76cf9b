// Data files that are compressed with gzip or Zstandard, told by their first bytes.
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <string_view>

namespace orochi {

enum class Packing { none, gzip, zstd };
Packing packing_of(std::string_view first_bytes);

struct Unpacked {
  std::string error;  // what is wrong with compressed bytes, or nothing
  bool was_packed = false;
};
/// Reads a file to its end and unpacks it where it is compressed; `take` gets piece after piece. A stream
/// whose reading failed is the caller's to report.
Unpacked read_unpacked(std::istream& file, const std::function<void(std::string_view)>& take);

}  // namespace orochi
