// A rank's part of the shards, and what the ranks tell each other of theirs.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <orochi/communicator.hpp>
#include <orochi/parameters.hpp>
#include <orochi/stepper.hpp>

#include "core/thread_pool.hpp"
#include "ranks/message.hpp"

namespace orochi {

/// Shards [first, last) of all.
struct ShardBlock {
  Index first, last;
};
/// A rank's, which is a subtree of the tree in which `shards` are added; all of them for one process alone.
/// Throws a usage_error for a number of ranks that does not share out the tree.
ShardBlock shards_of_rank(Index shards, const Communicator* ranks);

/// Gives every rank the gradient of all shards, in the bits that one process would have.
class RankShards {
 public:
  /// `own`: those of this rank, in order; `ranges`: what is summed.
  RankShards(Communicator& ranks, const Parameters& parameters, std::vector<Gradients*> own, Index shards,
             std::span<const ParameterRange> ranges);

  /// The gradients of all shards in order, each other rank's as one. Their dense part is empty, but that in
  /// the first of them is the sum after `add_up`.
  const std::vector<Gradients*>& all() const { return all_; }

  void clear();
  /// After a micro-batch: tells the others what has a gradient, the sums, by shard, of this rank's shards and
  /// the rows of embeddings, and learns theirs.
  void share(std::span<StepSums> sums);
  /// Once an update: the dense gradients.
  void add_up(ThreadPool& pool);

 private:
  struct Part {
    Index begin, end;  // of `ranges_`
  };
  std::span<StepSums> of_rank(std::span<StepSums> sums, int rank) const;
  Bytes own_share(std::span<StepSums> sums) const;
  void take_share(int rank, Message& message, std::span<StepSums> sums);
  bool has_gradient(int first_rank, int count, Index id) const;
  Index middle(Part part) const;
  Index size(Part part) const {
    return starts_[static_cast<std::size_t>(part.end)] - starts_[static_cast<std::size_t>(part.begin)];
  }
  void add_up(ThreadPool& pool, int distance, Part part);
  void exchange(int partner, Index send, Index receive);
  template <class Use>
  void for_ranges(ThreadPool& pool, Part part, Use use);

  Communicator& ranks_;
  const Parameters& parameters_;
  std::vector<Gradients*> own_;
  Index shards_;
  std::vector<std::unique_ptr<Gradients>> others_;  // by rank; null for this one
  std::vector<Gradients*> all_;
  GradientSum own_sum_;
  std::vector<ParameterRange> ranges_;  // the dense ones
  std::vector<Index> starts_;           // of each range among the numbers of all; then their count
  std::vector<Scalar> send_, receive_;  // a part each
};

}  // namespace orochi
