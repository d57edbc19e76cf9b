#include <algorithm>
#include <numeric>

#include <orochi/batching.hpp>
#include <orochi/error.hpp>

#include "data/split_mix.hpp"

namespace orochi {

std::vector<std::uint32_t> epoch_order(Index size, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::uint32_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), 0u);
  SplitMix(seed, epoch).shuffle(order);
  return order;
}

std::vector<std::uint32_t> block_order(Index size, Index block, Index blocks_at_a_time, std::uint64_t seed,
                                       std::uint64_t epoch) {
  std::vector<std::uint32_t> blocks(static_cast<std::size_t>((size + block - 1) / block)), order;
  std::iota(blocks.begin(), blocks.end(), 0u);
  SplitMix random(seed, epoch);
  random.shuffle(blocks);
  order.reserve(static_cast<std::size_t>(size));
  for (std::size_t b = 0, begin = 0; b < blocks.size(); ++b) {
    const Index first = blocks[b] * block;
    for (Index i = first; i < std::min(first + block, size); ++i)
      order.push_back(static_cast<std::uint32_t>(i));
    if ((static_cast<Index>(b) + 1) % blocks_at_a_time != 0 && b + 1 < blocks.size()) continue;
    random.shuffle(std::span(order).subspan(begin));
    begin = order.size();
  }
  return order;
}

std::vector<std::uint32_t> epoch_order(const Sequences& data, std::uint64_t seed, std::uint64_t epoch) {
  constexpr Index block_bytes = 1'000'000, blocks_at_a_time = 256;
  if (!data.storage().is_on_disk()) return epoch_order(data.size(), seed, epoch);
  const Index bytes = data.offsets.back() * std::max<Index>(data.channels, 1) * 4;  // of tokens or floats
  const Index block = std::max<Index>(1, block_bytes * data.size() / std::max<Index>(bytes, 1));
  return block_order(data.size(), block, blocks_at_a_time, seed, epoch);
}

Batch BatchStorage::gather(const Sequences& data, std::span<const std::uint32_t> rows) {
  tokens_.clear();
  segments_.clear();
  values_.clear();
  offsets_.assign(1, 0);
  targets_.clear();
  weights_.clear();
  samples_.assign(rows.begin(), rows.end());
  for (const std::uint32_t i : rows) {
    if (static_cast<Index>(i) >= data.size())
      throw failure("[batch] expected sequences below " + std::to_string(data.size()) + ", found " +
                    std::to_string(i));
    const Index first = data.offsets[i];
    const Index last = data.offsets[i + 1];
    if (data.channels == 0) {
      tokens_.insert(tokens_.end(), data.tokens.begin() + first, data.tokens.begin() + last);
    } else {
      values_.insert(values_.end(), data.values.begin() + first * data.channels,
                     data.values.begin() + last * data.channels);
    }
    if (!data.segments.empty())
      segments_.insert(segments_.end(), data.segments.begin() + first, data.segments.begin() + last);
    offsets_.push_back(offsets_.back() + last - first);
    const std::span<const double> target = data.target(i);
    targets_.insert(targets_.end(), target.begin(), target.end());
    const std::span<const float> weights = data.weights_of(i);
    weights_.insert(weights_.end(), weights.begin(), weights.end());
  }
  return {tokens_,           values_,  data.channels, offsets_, samples_, targets_,
          data.target_width, weights_, segments_,     {},       {},       data.window};
}

Batch as_batch(const Sequences& data, std::vector<std::uint32_t>& samples) {
  samples.resize(static_cast<std::size_t>(data.size()));
  std::iota(samples.begin(), samples.end(), 0u);
  Batch batch{data.tokens, data.values,  data.channels,    data.offsets,
              samples,     data.targets, data.target_width};
  batch.window = data.window;
  batch.features = data.features;
  batch.feature_offsets = data.feature_offsets;
  batch.segments = data.segments;  // and no weights: figures count every sequence alike
  return batch;
}

namespace {

/// How many runs of whole sequences it takes, filled from the left up to `capacity` rows (no sequence has
/// more); where each starts goes to `starts`, if given.
Index count_runs(const Batch& batch, Index capacity, std::vector<Index>* starts) {
  Index runs = 1, filled = 0;
  if (starts != nullptr) starts->assign(1, 0);
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    if (b > 0 && filled + batch.length(b) > capacity) {
      ++runs;
      filled = 0;
      if (starts != nullptr) starts->push_back(b);
    }
    filled += batch.length(b);
  }
  return runs;
}

}  // namespace

void cut_batch(const Batch& batch, Index parts, std::vector<Index>& cuts) {
  cuts.assign(1, 0);
  if (batch.num_sequences() == 0) return;
  // The smallest capacity that needs no more than `parts` runs makes the largest run as small as it can be.
  Index low = 0;
  for (Index b = 0; b < batch.num_sequences(); ++b) low = std::max(low, batch.length(b));
  Index high = batch.num_rows();
  while (low < high) {
    const Index middle = low + (high - low) / 2;
    if (count_runs(batch, middle, nullptr) <= parts) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  count_runs(batch, low, &cuts);
  cuts.push_back(batch.num_sequences());
}

Batch slice(const Batch& batch, Index first, Index last) {
  const auto from = static_cast<std::size_t>(first);
  const auto count = static_cast<std::size_t>(last - first);
  Batch part = batch;
  part.offsets = batch.offsets.subspan(from, count + 1);
  const auto first_row = static_cast<std::size_t>(part.offsets.front() - batch.offsets.front());
  const auto rows = static_cast<std::size_t>(part.num_rows());
  const auto channels = static_cast<std::size_t>(batch.channels);
  if (!batch.tokens.empty()) part.tokens = batch.tokens.subspan(first_row, rows);
  if (!batch.segments.empty()) part.segments = batch.segments.subspan(first_row, rows);
  if (!batch.values.empty()) part.values = batch.values.subspan(first_row * channels, rows * channels);
  const auto within = [&part](std::span<const Index> all) {
    const auto begin = std::lower_bound(all.begin(), all.end(), part.offsets.front());
    return all.subspan(
        static_cast<std::size_t>(begin - all.begin()),
        static_cast<std::size_t>(std::lower_bound(begin, all.end(), part.offsets.back()) - begin));
  };
  part.asked = within(batch.asked);
  part.hidden = within(batch.hidden);
  if (!batch.targets.empty()) {
    const bool of_rows = batch.num_targets() != batch.num_sequences();
    const auto width = static_cast<std::size_t>(batch.target_width);
    std::size_t item = of_rows ? first_row : from, items = of_rows ? rows : count;
    if (batch.asks_rows()) {
      item = static_cast<std::size_t>(part.asked.data() - batch.asked.data());
      items = part.asked.size();
    }
    part.targets = batch.targets.subspan(item * width, items * width);
    if (!batch.weights.empty()) part.weights = batch.weights.subspan(item, items);
  }
  if (!batch.feature_offsets.empty()) part.feature_offsets = batch.feature_offsets.subspan(from, count + 1);
  if (!batch.samples.empty()) part.samples = batch.samples.subspan(from, count);
  return part;
}

}  // namespace orochi
