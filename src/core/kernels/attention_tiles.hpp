// Tiles of scores: which keys a block of queries meets, and what their positions do to a score.
#pragma once

#include <algorithm>
#include <limits>

#include "core/kernels/attention.hpp"
#include "core/kernels/attention_products.hpp"
#include "core/kernels/lanes.hpp"

namespace orochi::kernels {

constexpr Scalar hidden = -std::numeric_limits<Scalar>::infinity();  // a score

/// One number a query.
struct Columns {
  alignas(64) Scalar of[most_queries];
};

/// How many positions before and after its own a query sees.
struct Reach {
  Index back, ahead;
};
inline Reach reach_of(const AttentionHead& head) {
  const Index most = head.window > 0 ? head.window : head.length + head.keys;
  return {most, head.causal ? 0 : most};
}

inline ScoreTile queries_from(const AttentionHead& head, Index first) {
  const Index queries = std::min(most_queries, head.length - first);
  return {first, queries, round_up(queries, lane_count), 0, 0, false};
}

/// Calls f(tile) for the blocks of keys that any of these queries sees.
template <class F>
void for_key_blocks(const AttentionHead& head, ScoreTile tile, F f) {
  const Reach reach = reach_of(head);
  const Index first = std::max<Index>(tile.first_query - reach.back, 0) / 2 * 2,
              end = std::min(tile.first_query + tile.queries + reach.ahead, head.keys);
  for (tile.first_key = first; tile.first_key < end; tile.first_key += most_keys) {
    tile.keys = std::min(most_keys, end - tile.first_key);
    tile.later = tile.first_key > first;
    f(tile);
  }
}

/// What positions do to raw scores: they fall with distance (ALiBi, Press et al. 2022), and where a key is
/// hidden from a query is minus infinity.
void mask_scores(const AttentionHead& head, const ScoreTile& tile, Scalar* scores);

}  // namespace orochi::kernels
