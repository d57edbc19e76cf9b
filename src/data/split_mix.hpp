// The random numbers of order and split: the same on every machine and standard library.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "core/mix.hpp"

namespace orochi {

/// SplitMix64 (Steele, Lea, Flood 2014), begun at a state that depends on (seed, stream).
class SplitMix {
 public:
  SplitMix(std::uint64_t seed, std::uint64_t stream) : state_(mix(mix(seed) + stream)) {}

  std::uint64_t next() { return mix(state_ += 0x9E3779B97F4A7C15u); }

  /// A number below `bound`, by the high half of a product; its bias is below bound / 2^32.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }

  /// Fisher-Yates, from the last element down.
  void shuffle(std::span<std::uint32_t> numbers) {
    for (std::size_t i = numbers.size(); i > 1; --i) {
      std::swap(numbers[i - 1], numbers[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  std::uint64_t state_;
};

}  // namespace orochi
