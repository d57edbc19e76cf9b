// Dropout (Srivastava et al. 2014) by counted random numbers: Philox 4x32-7 (Salmon et al. 2011), one counter
// at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "core/kernels/kernels.hpp"
#include "core/kernels/reference/matrix.hpp"

namespace orochi::reference {

using PhiloxWords = std::array<std::uint32_t, 4>;

inline PhiloxWords philox(PhiloxWords c, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 7; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0], b = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9, key[1] += 0xBB67AE85;
  }
  return c;
}

/// What column j of a row is multiplied by: 0 with probability p, which counts in steps of 2^-16, else 1 / (1
/// - p).
inline double dropout_factor(double p, const kernels::RandomRow& at, Index j) {
  const auto column = static_cast<std::uint32_t>(j);
  const PhiloxWords words =
      philox({column / 64 * 16 + column % 16, at.row / 2, at.stream, at.sample}, {at.seed, at.step});
  const std::uint32_t word = words[2 * (at.row % 2) + column / 32 % 2];
  const std::uint32_t half = column / 16 % 2 == 0 ? word & 0xFFFFU : word >> 16;
  const double dropped = std::min(std::round(p * 65536), 65535.0);
  return half < dropped ? 0 : 65536 / (65536 - dropped);
}

}  // namespace orochi::reference
