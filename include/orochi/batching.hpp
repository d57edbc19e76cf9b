// The order of an epoch, and batches cut from it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <orochi/dataset.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// A permutation of 0 .. size - 1 that depends on (seed, epoch) alone.
std::vector<std::uint32_t> epoch_order(Index size, std::uint64_t seed, std::uint64_t epoch);
/// One that reads neighbours together: blocks of so many of them in random order, and the sequences of so
/// many blocks at a time.
std::vector<std::uint32_t> block_order(Index size, Index block, Index blocks_at_a_time, std::uint64_t seed,
                                       std::uint64_t epoch);
/// Of data in memory the first, of data on disk the second, with about 1 MB a block and 256 MB at a time.
std::vector<std::uint32_t> epoch_order(const Sequences& data, std::uint64_t seed, std::uint64_t epoch);

/// Owns the memory of one batch; refilled without allocating once it is large enough.
class BatchStorage {
 public:
  /// Gathers the named sequences, to train on: what has windows is cut into them before. The view is valid
  /// until the next call. `samples[b]` is `rows[b]`.
  Batch gather(const Sequences& data, std::span<const std::uint32_t> rows);

 private:
  std::vector<std::int32_t> tokens_, segments_;
  std::vector<float> values_;
  std::vector<Index> offsets_;
  std::vector<double> targets_;
  std::vector<float> weights_;
  std::vector<std::uint32_t> samples_;
};

/// The whole of `data` as one batch; samples are numbered from 0.
Batch as_batch(const Sequences& data, std::vector<std::uint32_t>& samples);

/// Cuts a batch into at most `parts` runs of whole sequences, about equal in rows: `cuts` becomes the first
/// sequence of each run and, at the end, the number of sequences. Depends on the lengths and on `parts`
/// alone.
void cut_batch(const Batch& batch, Index parts, std::vector<Index>& cuts);

/// The sequences first .. last - 1 of a batch, as a batch. Its offsets keep counting from the parent's first
/// row, so rows are `offsets[b] - offsets[0]`; `tokens` and `values` are cut to its own rows.
Batch slice(const Batch& batch, Index first, Index last);

}  // namespace orochi
#pragma GCC visibility pop
