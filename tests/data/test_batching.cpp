#include <algorithm>
#include <numeric>

#include <orochi/batching.hpp>

#include "catch.hpp"
#include "data/split_mix.hpp"

namespace {

using namespace orochi;

std::vector<Index> cuts_of(const Batch& batch, Index parts) {
  std::vector<Index> cuts{7, 8};  // what was there before does not matter
  cut_batch(batch, parts, cuts);
  return cuts;
}

/// B sequences of the given lengths whose rows count up from 0.
Sequences counting(const std::vector<Index>& lengths, Index channels) {
  Sequences data;
  data.channels = channels;
  for (const Index length : lengths) {
    data.targets.push_back(static_cast<double>(data.targets.size() % 3));
    data.offsets.push_back(data.offsets.back() + length);
  }
  const auto rows = static_cast<std::size_t>(data.offsets.back());
  data.tokens.resize(channels == 0 ? rows : 0);
  data.values.resize(rows * static_cast<std::size_t>(channels));
  std::iota(data.tokens.begin(), data.tokens.end(), 0);
  std::iota(data.values.begin(), data.values.end(), 0.0f);
  return data;
}

std::vector<Index> random_lengths(std::size_t count, std::uint64_t seed) {
  SplitMix random(seed, 0);
  std::vector<Index> lengths(count);
  for (Index& length : lengths) length = 1 + random.below(50);
  return lengths;
}

template <class T>
std::vector<T> as_vector(std::span<const T> values) {
  return {values.begin(), values.end()};
}

Index largest_run(const Batch& batch, const std::vector<Index>& cuts) {
  Index largest = 0;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    largest = std::max(largest, slice(batch, cuts[i], cuts[i + 1]).num_rows());
  }
  return largest;
}

/// The best that can be done, by trying every way to cut.
Index smallest_largest(const std::vector<Index>& lengths, std::size_t first, Index shards) {
  if (shards == 1)
    return std::accumulate(lengths.begin() + static_cast<Index>(first), lengths.end(), Index{0});
  Index best = smallest_largest(lengths, first, 1);
  Index run = 0;
  for (std::size_t end = first + 1; end < lengths.size(); ++end) {
    run += lengths[end - 1];
    best = std::min(best, std::max(run, smallest_largest(lengths, end, shards - 1)));
  }
  return best;
}

}  // namespace

TEST_CASE("the order of an epoch is a permutation that depends on seed and epoch alone", "[order]") {
  std::vector<std::uint32_t> order = epoch_order(1000, 42, 3);
  CHECK(order == epoch_order(1000, 42, 3));
  CHECK(order != epoch_order(1000, 42, 4));
  CHECK(order != epoch_order(1000, 43, 3));
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> all(1000);
  std::iota(all.begin(), all.end(), 0u);
  CHECK(order == all);
  CHECK(epoch_order(0, 1, 1).empty());
  CHECK(epoch_order(1, 1, 1) == std::vector<std::uint32_t>{0});
}

TEST_CASE("the order of an epoch is the same on every machine", "[order]") {
  CHECK(epoch_order(10, 42, 0) == std::vector<std::uint32_t>{0, 3, 5, 7, 9, 8, 2, 1, 4, 6});
  CHECK(epoch_order(10, 42, 1) == std::vector<std::uint32_t>{6, 5, 1, 4, 7, 3, 2, 9, 8, 0});
}

TEST_CASE("over many epochs every sequence comes first about equally often", "[order]") {
  std::vector<int> first(10, 0);
  for (std::uint64_t epoch = 0; epoch < 10000; ++epoch) ++first[epoch_order(10, 7, epoch).front()];
  // Standard deviation 30: five of them either way.
  for (const int count : first) CHECK(std::abs(count - 1000) < 150);
}

TEST_CASE("gather packs the named sequences", "[batch]") {
  const Sequences text = counting({2, 3, 1}, 0);
  BatchStorage storage;
  const std::vector<std::uint32_t> rows{2, 0};
  const Batch batch = storage.gather(text, rows);
  CHECK(as_vector(batch.tokens) == std::vector<std::int32_t>{5, 0, 1});
  CHECK(batch.values.empty());
  CHECK(as_vector(batch.offsets) == std::vector<Index>{0, 1, 3});
  CHECK(as_vector(batch.targets) == std::vector<double>{2, 0});
  CHECK(as_vector(batch.samples) == rows);

  const Sequences numbers = counting({2, 1}, 2);
  const std::vector<std::uint32_t> one{1};
  const Batch second = storage.gather(numbers, one);
  CHECK(as_vector(second.values) == std::vector<float>{4, 5});
  CHECK(second.tokens.empty());
  CHECK(second.channels == 2);
  CHECK(as_vector(second.offsets) == std::vector<Index>{0, 1});
}

TEST_CASE("gather does not allocate once its memory is large enough", "[batch]") {
  const Sequences text = counting({5, 3, 1, 4}, 0);
  BatchStorage storage;
  const std::vector<std::uint32_t> all{0, 1, 2, 3}, some{2, 3};
  const Batch large = storage.gather(text, all);
  const Batch small = storage.gather(text, some);
  CHECK(large.tokens.data() == small.tokens.data());
  CHECK(large.offsets.data() == small.offsets.data());
  CHECK(large.targets.data() == small.targets.data());
  CHECK(large.samples.data() == small.samples.data());
}

TEST_CASE("a slice holds its own rows, also of a slice", "[batch]") {
  const Sequences numbers = counting({2, 3, 1, 4}, 2);
  BatchStorage storage;
  const std::vector<std::uint32_t> rows{0, 1, 2, 3};
  const Batch whole = storage.gather(numbers, rows);
  const Batch part = slice(slice(whole, 1, 4), 1, 3);
  CHECK(part.num_sequences() == 2);
  CHECK(part.num_rows() == 5);
  CHECK(as_vector(part.offsets) == std::vector<Index>{5, 6, 10});
  CHECK(as_vector(part.values) == std::vector<float>{10, 11, 12, 13, 14, 15, 16, 17, 18, 19});
  CHECK(as_vector(part.samples) == std::vector<std::uint32_t>{2, 3});
  CHECK(as_vector(part.targets) == std::vector<double>{2, 0});
  CHECK(slice(whole, 2, 2).num_rows() == 0);
}

TEST_CASE("shards are whole sequences in order, at most so many, and none is empty", "[shards]") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Sequences text = counting(random_lengths(1 + seed, seed), 0);
    BatchStorage storage;
    const Batch batch = storage.gather(text, epoch_order(text.size(), seed, 0));
    for (const Index shards : {1, 2, 3, 8, 64}) {
      const std::vector<Index> cuts = cuts_of(batch, shards);
      CHECK(cuts.front() == 0);
      CHECK(cuts.back() == batch.num_sequences());
      CHECK(static_cast<Index>(cuts.size()) <= shards + 1);
      CHECK(std::is_sorted(cuts.begin(), cuts.end(), std::less_equal<>()));
    }
  }
}

TEST_CASE("the largest shard is as small as it can be", "[shards]") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<Index> lengths = random_lengths(10, seed);
    const Sequences text = counting(lengths, 0);
    BatchStorage storage;
    std::vector<std::uint32_t> rows(10);
    std::iota(rows.begin(), rows.end(), 0u);
    const Batch batch = storage.gather(text, rows);
    for (const Index shards : {1, 2, 3, 4}) {
      CHECK(largest_run(batch, cuts_of(batch, shards)) == smallest_largest(lengths, 0, shards));
    }
  }
}

TEST_CASE("an empty batch has no shard, equal sequences share shards evenly", "[shards]") {
  CHECK(cuts_of(Batch{}, 4) == std::vector<Index>{0});
  const Sequences text = counting(std::vector<Index>(32, 60), 0);
  BatchStorage storage;
  const Batch batch = storage.gather(text, epoch_order(32, 1, 0));
  CHECK(cuts_of(batch, 8) == std::vector<Index>{0, 4, 8, 12, 16, 20, 24, 28, 32});
}
