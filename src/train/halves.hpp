// Numbers in bf16, the upper halves of floats.
#pragma once

#include <bit>
#include <cstdint>

#include <orochi/scalar.hpp>

namespace orochi {

inline Scalar from_half(std::uint16_t half) {
  return static_cast<Scalar>(std::bit_cast<float>(std::uint32_t{half} << 16));
}

/// One of the two numbers in bf16 beside it; `random`, of 16 bits, takes the upper one as often as the number
/// is near it. A number that bf16 has stays.
inline std::uint16_t to_half(Scalar number, std::uint32_t random) {
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(number));
  const bool is_finite = (bits & 0x7f800000u) != 0x7f800000u;
  return static_cast<std::uint16_t>((bits + (is_finite ? random : 0)) >> 16);
}

}  // namespace orochi
