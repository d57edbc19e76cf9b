// Dense gradients of shards are added as they finish, so that few of them are in memory at once.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>
#include <vector>

#include <orochi/observer.hpp>
#include <orochi/parameters.hpp>

#include "core/as_size.hpp"

namespace orochi {

/// The tree in which GradientSum adds shards, from its leaves up. Which thread adds two nodes depends on
/// which finishes last, what is added does not. The upper levels, of no more nodes than threads, are left to
/// GradientSum, whose ranges all threads share.
class ShardTree {
 public:
  ShardTree(std::vector<Gradients*> shards, const Parameters& parameters, int threads)
      : shards_(std::move(shards)),
        bytes_(static_cast<double>(parameters.dense_size()) * sizeof(Scalar)),
        largest_(std::bit_ceil(shards_.size()) / std::bit_ceil(as_size(threads))),
        waiting_(shards_.size()) {}

  /// Gradients that are in memory at once, at most but for threads that fall far behind.
  static Index rooms(Index shards, Index threads) {
    return std::min<Index>(shards, threads + std::bit_width(as_size(shards)) - 1);
  }

  /// Before the first `count` shards run on a batch; the others have nothing of it.
  void begin(Index count) {
    count_ = as_size(count);
    for (std::atomic<bool>& half : waiting_) half = false;
  }
  /// Once for each of them, by any thread.
  void finished(Index shard, Observer* observer) {
    std::size_t left = as_size(shard);
    for (std::size_t half = 1; half < largest_; half *= 2) {
      left = left / (2 * half) * (2 * half);
      const std::size_t right = left + half;
      if (right >= count_) continue;
      if (!waiting_[right].exchange(true, std::memory_order_acq_rel)) return;
      const Measure measure(observer, "sum of the shards", Pass::forward, 0, 3 * bytes_);
      shards_[left]->take_dense(*shards_[right]);
    }
  }
  /// What is left to add after the last one.
  Index roots() const {
    const std::size_t each = std::max<std::size_t>(largest_, 1);
    return static_cast<Index>((count_ + each - 1) / each);
  }
  /// After the last one: all of them into the first.
  void add_rest() {
    for (std::size_t half = std::max<std::size_t>(largest_, 1); half < count_; half *= 2)
      for (std::size_t left = 0; left + half < count_; left += 2 * half)
        shards_[left]->take_dense(*shards_[left + half]);
  }

 private:
  std::vector<Gradients*> shards_;
  std::size_t count_ = 0;                   // of those that run
  double bytes_;                            // of one shard's
  std::size_t largest_;                     // shards of a node that is added up here; 0 and 1: none is
  std::vector<std::atomic<bool>> waiting_;  // by the first shard of a right half: one of the two is done
};

}  // namespace orochi
