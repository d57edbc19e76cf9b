// Bits that depend on all bits of a number, and a hash of a run of numbers.
#pragma once

#include <cstdint>

namespace orochi {

/// The finalizer of SplitMix64 (Steele et al. 2014).
inline std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// The hash of a run that is one number longer than the one with this hash; a run of none has 0.
inline std::uint64_t mix(std::uint64_t hash, std::uint32_t number) {
  return mix((hash + number + 1) * 0x9e3779b97f4a7c15u);
}

}  // namespace orochi
