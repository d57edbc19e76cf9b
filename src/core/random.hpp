#pragma once

#include <cstdint>

namespace orochi {

/// Two random words as a number in [0, 1), of 53 bits.
inline double unit_interval(std::uint32_t high, std::uint32_t low) {
  return static_cast<double>((std::uint64_t{high} << 32 | low) >> 11) * 0x1p-53;
}

}  // namespace orochi
