#include "data/split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "core/as_size.hpp"
#include "data/split_mix.hpp"

namespace orochi {
namespace {

/// Epochs count up from 0, so the last streams are free.
constexpr std::uint64_t split_stream = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t fold_stream = split_stream - 2;  // baselines have the one between

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

namespace {

/// The sequences of each group, groups as they first come; without groups each is one by itself.
std::vector<std::vector<std::uint32_t>> members_of(std::span<const std::string> groups, std::size_t count) {
  std::vector<std::vector<std::uint32_t>> members;
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool is_alone = groups.empty() || groups[i].empty();
    const bool is_new = is_alone || numbers.try_emplace(groups[i], members.size()).second;
    if (is_new) members.emplace_back();
    members[is_alone ? members.size() - 1 : numbers.at(groups[i])].push_back(i);
  }
  return members;
}

/// What is still to be taken of each class.
class Quota {
 public:
  Quota(std::vector<Index> sizes, std::vector<Index> wanted)
      : left_(std::move(sizes)), wanted_(std::move(wanted)) {}

  /// By how much the sum of distances to the wanted counts falls if these sequences are taken; nothing where
  /// a class would keep none in train.
  std::optional<Index> gain(const std::map<std::int32_t, Index>& counts) const {
    Index gain = 0;
    for (const auto& [k, count] : counts) {
      const Index wanted = wanted_[as_size(k)];
      if (count >= left_[as_size(k)]) return std::nullopt;
      gain += std::abs(wanted) - std::abs(wanted - count);
    }
    return gain;
  }
  void take(const std::map<std::int32_t, Index>& counts) {
    for (const auto& [k, count] : counts) left_[as_size(k)] -= count, wanted_[as_size(k)] -= count;
  }

 private:
  std::vector<Index> left_, wanted_;  // [K]
};

}  // namespace

TrainValidation grouped_split(std::span<const std::int32_t> classes, Index num_classes,
                              std::span<const std::string> groups, double fraction, std::uint64_t seed) {
  const std::vector<std::vector<std::uint32_t>> members = members_of(groups, classes.size());
  std::vector<std::map<std::int32_t, Index>> counts(members.size());  // of classes
  std::vector<Index> sizes(as_size(num_classes));                     // [K]
  for (std::size_t g = 0; g < members.size(); ++g)
    for (const std::uint32_t i : members[g]) ++counts[g][classes[i]], ++sizes[as_size(classes[i])];
  SplitMix random(seed, split_stream);
  std::vector<std::uint32_t> order(as_size(num_classes)), groups_in_turn(members.size());
  std::iota(order.begin(), order.end(), 0u);
  random.shuffle(order);
  std::iota(groups_in_turn.begin(), groups_in_turn.end(), 0u);
  random.shuffle(groups_in_turn);
  std::stable_sort(groups_in_turn.begin(), groups_in_turn.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return members[a].size() > members[b].size(); });
  Quota quota(sizes, shares(sizes, fraction, order));
  std::vector<bool> taken(members.size());
  const auto take = [&](std::uint32_t g) { quota.take(counts[g]), taken[g] = true; };
  for (const std::uint32_t g : groups_in_turn)
    if (quota.gain(counts[g]).value_or(0) > 0) take(g);
  if (fraction > 0 && std::find(taken.begin(), taken.end(), true) == taken.end()) {
    std::optional<std::uint32_t> best;
    for (const std::uint32_t g : groups_in_turn)
      if (const auto gain = quota.gain(counts[g]); gain && (!best || *gain > *quota.gain(counts[*best])))
        best = g;
    if (best) take(*best);
  }
  TrainValidation split;
  for (std::size_t g = 0; g < members.size(); ++g) {
    std::vector<std::uint32_t>& part = taken[g] ? split.validation : split.train;
    part.insert(part.end(), members[g].begin(), members[g].end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

TrainValidation split_training(std::span<const std::int32_t> classes, Index num_classes,
                               std::span<const std::string> groups, double fraction, std::uint64_t seed) {
  return groups.empty() ? stratified_split(classes, num_classes, fraction, seed)
                        : grouped_split(classes, num_classes, groups, fraction, seed);
}

std::vector<Index> draw_folds(std::span<const std::int32_t> classes, Index num_classes,
                              std::span<const std::string> groups, Index count, std::uint64_t seed) {
  const std::vector<std::vector<std::uint32_t>> members = members_of(groups, classes.size());
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0u);
  SplitMix(seed, fold_stream).shuffle(order);
  // Of equal size class by class: then folds of single sequences differ by one at most.
  const auto rank = [&](std::uint32_t g) {
    return std::pair(-std::ssize(members[g]), classes[members[g].front()]);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
  std::vector<Index> wanted(as_size(num_classes));  // [K]: of a class in each fold, times `count`
  for (const std::int32_t k : classes) ++wanted[as_size(k)];
  std::vector<std::vector<Index>> left(as_size(count), wanted);  // [folds, K]
  std::vector<Index> sizes(as_size(count)), folds(classes.size());
  for (const std::uint32_t g : order) {
    std::map<std::int32_t, Index> counts;  // of classes
    for (const std::uint32_t i : members[g]) counts[classes[i]] += count;
    const auto rank_of_fold = [&](std::size_t f) {
      Index gain = 0;  // by how much the distances to what is wanted fall
      for (const auto& [k, own] : counts)
        gain += std::abs(left[f][as_size(k)]) - std::abs(left[f][as_size(k)] - own);
      return std::pair(-gain, sizes[f]);
    };
    std::size_t best = 0;
    for (std::size_t f = 1; f < sizes.size(); ++f)
      if (rank_of_fold(f) < rank_of_fold(best)) best = f;
    for (const auto& [k, own] : counts) left[best][as_size(k)] -= own;
    for (const std::uint32_t i : members[g]) folds[i] = static_cast<Index>(best);
    sizes[best] += std::ssize(members[g]);
  }
  return folds;
}

TrainValidation split_file(std::span<const std::int32_t> classes, Index num_classes,
                           std::span<const std::string> groups, const DataConfig& config,
                           std::uint64_t seed) {
  const double fraction = config.validation.empty() ? config.validation_fraction : 0;
  if (config.fold == 0) return split_training(classes, num_classes, groups, fraction, seed);
  const std::vector<Index> folds = draw_folds(classes, num_classes, groups, config.folds, seed);
  std::vector<std::uint32_t> rest, held_out;
  std::vector<std::int32_t> own_classes;
  std::vector<std::string> own_groups;
  for (std::uint32_t i = 0; i < folds.size(); ++i) {
    const bool is_held_out = folds[i] == config.fold - 1;
    (is_held_out ? held_out : rest).push_back(i);
    if (is_held_out) continue;
    own_classes.push_back(classes[i]);
    if (!groups.empty()) own_groups.push_back(groups[i]);
  }
  TrainValidation split = split_training(own_classes, num_classes, own_groups, fraction, seed);
  for (std::vector<std::uint32_t>* part : {&split.train, &split.validation})
    for (std::uint32_t& i : *part) i = rest[i];
  split.held_out = std::move(held_out);
  return split;
}

}  // namespace orochi
