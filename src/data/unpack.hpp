// Data files that are compressed with gzip or Zstandard, told by their first bytes.
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <string_view>

namespace orochi {

enum class Packing { none, gzip, zstd };
Packing packing_of(std::string_view first_bytes);
/// Of a stream at its start, where it is left.
Packing packing_of(std::istream& stream);

/// Unpacks a stream from its first byte, and the ones that follow in the same file; `take` gets piece after
/// piece. Returns what is wrong, or nothing. A stream whose reading failed is the caller's to report.
std::string unpack(Packing packing, std::istream& packed, const std::function<void(std::string_view)>& take);

}  // namespace orochi
