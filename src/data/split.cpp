#include "data/split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/as_size.hpp"
#include "data/split_mix.hpp"

namespace orochi {
namespace {

/// Epochs count up from 0, so the last stream is free.
constexpr std::uint64_t split_stream = std::numeric_limits<std::uint64_t>::max();

/// How many of each class go to validation [K], `sizes` [K] being the classes'. `classes` holds all of them
/// in the order in which they come where neither remainder nor size tells them apart.
std::vector<Index> shares(const std::vector<Index>& sizes, double fraction,
                          std::vector<std::uint32_t> classes) {
  const Index all = std::accumulate(sizes.begin(), sizes.end(), Index{0});
  const Index total = validation_share(all, fraction);
  std::vector<Index> taken(sizes.size()), remainder(sizes.size());  // [K]
  const auto can_give = [&](std::size_t k) { return taken[k] + 1 < sizes[k]; };
  Index left = total;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    if (sizes[k] == 0) continue;
    taken[k] = std::min(total * sizes[k] / all, sizes[k] - 1);
    remainder[k] = total * sizes[k] % all;
    left -= taken[k];
  }
  std::stable_sort(classes.begin(), classes.end(), [&](std::uint32_t a, std::uint32_t b) {
    return remainder[a] != remainder[b] ? remainder[a] > remainder[b] : sizes[a] > sizes[b];
  });
  for (bool found = true; left > 0 && found;) {
    found = false;
    for (const std::uint32_t k : classes) {
      if (left == 0 || !can_give(k)) continue;
      ++taken[k], --left;
      found = true;
    }
  }
  return taken;
}

}  // namespace

Index validation_share(Index sequences, double fraction) {
  return fraction > 0 ? std::max<Index>(std::llround(fraction * static_cast<double>(sequences)), 1) : 0;
}

TrainValidation stratified_split(std::span<const std::int32_t> classes, Index num_classes, double fraction,
                                 std::uint64_t seed) {
  std::vector<std::vector<std::uint32_t>> members(as_size(num_classes));
  for (std::uint32_t i = 0; i < classes.size(); ++i) members[as_size(classes[i])].push_back(i);
  SplitMix random(seed, split_stream);
  for (std::vector<std::uint32_t>& own : members) random.shuffle(own);
  std::vector<Index> sizes;  // [K]
  for (const std::vector<std::uint32_t>& own : members) sizes.push_back(std::ssize(own));
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0u);
  random.shuffle(order);
  const std::vector<Index> taken = shares(sizes, fraction, order);
  TrainValidation split;
  for (std::size_t k = 0; k < members.size(); ++k) {
    const auto cut = members[k].begin() + taken[k];
    split.validation.insert(split.validation.end(), members[k].begin(), cut);
    split.train.insert(split.train.end(), cut, members[k].end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

}  // namespace orochi
