#include "data/split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/split_mix.hpp"

namespace orochi {
namespace {

/// Epochs count up from 0, so the last stream is free.
constexpr std::uint64_t split_stream = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TrainValidation stratified_split(std::span<const std::int32_t> classes, Index num_classes, double fraction,
                                 std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> members(static_cast<std::size_t>(num_classes));
  for (std::uint32_t i = 0; i < classes.size(); ++i)
    members[static_cast<std::size_t>(classes[i])].push_back(i);
  TrainValidation split;
  SplitMix random(seed, split_stream);
  for (std::vector<std::uint32_t>& own : members) {
    random.shuffle(own);
    const auto size = static_cast<Index>(own.size());
    Index taken = std::llround(fraction * static_cast<double>(size));
    taken = fraction > 0 && size > 1 ? std::clamp<Index>(taken, 1, size - 1) : 0;
    split.validation.insert(split.validation.end(), own.begin(), own.begin() + taken);
    split.train.insert(split.train.end(), own.begin() + taken, own.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

}  // namespace orochi
