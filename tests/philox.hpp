// Philox 4x32-7 (Salmon et al. 2011), written once more from the paper, one counter at a time.
#pragma once

#include <array>
#include <cstdint>

namespace orochi {

using PhiloxWords = std::array<std::uint32_t, 4>;

inline PhiloxWords philox_of(PhiloxWords c, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 7; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * c[0], b = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ key[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9, key[1] += 0xBB67AE85;
  }
  return c;
}

}  // namespace orochi
