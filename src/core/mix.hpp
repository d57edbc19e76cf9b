// A hash of a run of numbers, one number after another.
#pragma once

#include <cstdint>

namespace orochi {

/// The hash of a run that is one number longer than the one with this hash; a run of none has 0 (the
/// finalizer of SplitMix64, Steele et al. 2014).
inline std::uint64_t mix(std::uint64_t hash, std::uint32_t number) {
  hash = (hash + number + 1) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

}  // namespace orochi
