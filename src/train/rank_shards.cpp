#include "train/rank_shards.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "ranks/message.hpp"

namespace orochi {
namespace {

ShardBlock block_of(Index shards, int rank, int size) {
  const Index each = static_cast<Index>(std::bit_ceil(as_size(shards))) / size;
  return {std::min(rank * each, shards), std::min((rank + 1) * each, shards)};
}

bool share_out(Index shards, int size) {
  const ShardBlock last = block_of(shards, size - 1, size);
  return std::has_single_bit(static_cast<unsigned>(size)) && last.first < last.last;
}

Parameter handle(const Parameters& parameters, Index id) {
  const Parameters::Entry& entry = parameters.entry(id);
  return {id, entry.size / entry.cols, entry.cols};
}

}  // namespace

ShardBlock shards_of_rank(Index shards, const Communicator* ranks) {
  if (ranks == nullptr) return {0, shards};
  if (share_out(shards, ranks->size())) return block_of(shards, ranks->rank(), ranks->size());
  std::string allowed;
  for (int size = 1; size <= shards; size *= 2)
    if (share_out(shards, size)) allowed += (allowed.empty() ? "" : ", ") + std::to_string(size);
  throw usage_error("a batch of " + std::to_string(shards) + " shards cannot be shared out over " +
                    std::to_string(ranks->size()) + " ranks; allowed: " + allowed +
                    " (mpirun -n), or other train.shards, which is another order of summation; "
                    "train.gradient_memory_mb bounds the shards of a large model");
}

RankShards::RankShards(Communicator& ranks, const Parameters& parameters, std::vector<Gradients*> own,
                       Index shards, std::span<const ParameterRange> ranges)
    : ranks_(ranks),
      parameters_(parameters),
      own_(std::move(own)),
      shards_(shards),
      own_sum_(parameters, own_),
      starts_(1, 0) {
  for (int rank = 0; rank < ranks.size(); ++rank) {
    others_.push_back(rank == ranks.rank() ? nullptr : std::make_unique<Gradients>(parameters));
    if (rank == ranks.rank())
      all_.insert(all_.end(), own_.begin(), own_.end());
    else
      all_.push_back(others_.back().get());
  }
  for (const ParameterRange& range : ranges) {
    if (!parameters.entry(range.id).is_dense()) continue;
    ranges_.push_back(range);
    starts_.push_back(starts_.back() + range.end - range.begin);
  }
  const Part whole{0, std::ssize(ranges_)};
  const Index low = starts_[as_size(middle(whole))], most = std::max(low, starts_.back() - low);
  send_.resize(as_size(most));
  receive_.resize(as_size(most));
}

void RankShards::clear() {
  for (const std::unique_ptr<Gradients>& other : others_)
    if (other) other->clear();
}

void RankShards::share(std::span<StepSums> sums) {
  Message own;
  const Bytes bytes = own_share(sums);
  own.put_list(std::span(bytes));
  Message all(gather_all(ranks_, own.release()));
  for (int rank = 0; rank < ranks_.size(); ++rank) {
    Message theirs(all.take_list<std::byte>());
    if (rank != ranks_.rank()) take_share(rank, theirs, sums);
  }
}

std::span<StepSums> RankShards::of_rank(std::span<StepSums> sums, int rank) const {
  const ShardBlock block = block_of(shards_, rank, ranks_.size());
  const Index last = std::min(block.last, std::ssize(sums)), first = std::min(block.first, last);
  return sums.subspan(as_size(first), as_size(last - first));
}

Bytes RankShards::own_share(std::span<StepSums> sums) const {
  Message message;
  for (const StepSums& shard : of_rank(sums, ranks_.rank())) message.put(shard);
  for (Index id = 0; id < std::ssize(parameters_.entries()); ++id) {
    if (parameters_.entry(id).is_dense()) {
      message.put(has_gradient(ranks_.rank(), 1, id));
      continue;
    }
    Gradients::RowList all;
    for (const Gradients* shard : own_) {
      const Gradients::RowList& list = shard->rows(id);
      all.ids.insert(all.ids.end(), list.ids.begin(), list.ids.end());
      all.rows.insert(all.rows.end(), list.rows.begin(), list.rows.end());
    }
    message.put_list(std::span<const std::int32_t>(all.ids));
    message.put_list(std::span<const Scalar>(all.rows));
  }
  return message.release();
}

void RankShards::take_share(int rank, Message& message, std::span<StepSums> sums) {
  Gradients& gradients = *others_[static_cast<std::size_t>(rank)];
  for (StepSums& shard : of_rank(sums, rank)) shard = message.take<StepSums>();
  for (Index id = 0; id < std::ssize(parameters_.entries()); ++id) {
    const Parameter parameter = handle(parameters_, id);
    if (parameters_.entry(id).is_dense()) {
      if (message.take<bool>()) gradients.target(parameter);  // counts as written
      continue;
    }
    const std::vector<std::int32_t> ids = message.take_list<std::int32_t>();
    gradients.add_rows(parameter, ids, message.take_list<Scalar>().data());
  }
}

bool RankShards::has_gradient(int first_rank, int count, Index id) const {
  for (int rank = first_rank; rank < first_rank + count; ++rank) {
    const Gradients* other = others_[static_cast<std::size_t>(rank)].get();
    if (other == nullptr ? std::ranges::any_of(own_, [id](const Gradients* own) { return own->written(id); })
                         : other->written(id))
      return true;
  }
  return false;
}

void RankShards::add_up(ThreadPool& pool) {
  Scalar* sum = all_.front()->dense();
  own_.front()->dense();  // takes its room before threads share the ranges
  const Part whole{0, std::ssize(ranges_)};
  for_ranges(pool, whole, [&](const ParameterRange& range, Index at, Index) {
    static_cast<void>(own_sum_.reduce(range, nullptr));
    if (own_.front() != all_.front())
      std::copy_n(own_.front()->dense() + at, range.end - range.begin, sum + at);
  });
  add_up(pool, 1, whole);
}

/// What ranks that are less than `distance` apart have added up of a part: halves go to and fro between those
/// that are `distance` apart, the one to be added there, the other here, and the sums come back.
void RankShards::add_up(ThreadPool& pool, int distance, Part part) {
  if (distance == ranks_.size()) return;
  Scalar* sum = all_.front()->dense();
  const int rank = ranks_.rank(), partner = rank ^ distance;
  const Part low{part.begin, middle(part)}, high{low.end, part.end};
  const Part here = rank < partner ? low : high, there = rank < partner ? high : low;

  for_ranges(pool, there, [&](const ParameterRange& range, Index at, Index in_part) {
    std::copy_n(sum + at, range.end - range.begin, send_.data() + in_part);
  });
  exchange(partner, size(there), size(here));
  for_ranges(pool, here, [&](const ParameterRange& range, Index at, Index in_part) {
    const Index n = range.end - range.begin;
    const Scalar* other = receive_.data() + in_part;
    // With two summands their order makes no difference: it is that of the tree.
    if (!has_gradient(partner / distance * distance, distance, range.id)) return;
    if (has_gradient(rank / distance * distance, distance, range.id))
      kernels::add_scaled(n, Scalar(1), other, sum + at);
    else
      std::copy_n(other, n, sum + at);
  });
  add_up(pool, 2 * distance, here);
  for_ranges(pool, here, [&](const ParameterRange& range, Index at, Index in_part) {
    std::copy_n(sum + at, range.end - range.begin, send_.data() + in_part);
  });
  exchange(partner, size(here), size(there));
  for_ranges(pool, there, [&](const ParameterRange& range, Index at, Index in_part) {
    std::copy_n(receive_.data() + in_part, range.end - range.begin, sum + at);
  });
}

/// Where a part falls into two of about as many numbers.
Index RankShards::middle(Part part) const {
  const auto begin = starts_.begin() + part.begin, end = starts_.begin() + part.end;
  return std::lower_bound(begin, end, *begin + size(part) / 2) - starts_.begin();
}

void RankShards::exchange(int partner, Index send, Index receive) {
  ranks_.exchange(partner, std::as_bytes(std::span(send_).first(as_size(send))),
                  std::as_writable_bytes(std::span(receive_).first(as_size(receive))));
}

/// Calls use(range, where it is in the gradients, where it is in the part) side by side.
template <class Use>
void RankShards::for_ranges(ThreadPool& pool, Part part, Use use) {
  pool.for_each(part.end - part.begin, [&](Index i, int) {
    const ParameterRange& range = ranges_[as_size(part.begin + i)];
    use(range, parameters_.entry(range.id).offset + range.begin,
        starts_[as_size(part.begin + i)] - starts_[as_size(part.begin)]);
  });
}

}  // namespace orochi
