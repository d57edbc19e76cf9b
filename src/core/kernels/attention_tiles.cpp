#include "core/kernels/attention_tiles.hpp"

#include <cmath>

namespace orochi::kernels {
namespace {

/// On scores that are still to be scaled.
void subtract_distances(const AttentionHead& head, const ScoreTile& tile, Scalar* scores) {
  const Scalar fall = head.slope / head.scale;
  Columns column;
  for (Index j = 0; j < tile.width; ++j) column.of[j] = static_cast<Scalar>(j);
  for (Index k = 0; k < tile.keys; ++k) {
    const auto position = static_cast<Scalar>(tile.first_key + k - tile.first_query);
    for (Index j = 0; j < tile.width; j += lane_count) {
      Block row = load(lane_count, scores + k * tile.width + j);
      for (Index i = 0; i < lane_count; ++i) row.lane[i] -= fall * std::abs(column.of[j + i] - position);
      store(lane_count, row, scores + k * tile.width + j);
    }
  }
}

}  // namespace

void mask_scores(const AttentionHead& head, const ScoreTile& tile, Scalar* scores) {
  if (head.slope != 0) subtract_distances(head, tile, scores);
  if (!head.causal && head.window == 0) return;
  const Reach reach = reach_of(head);
  for (Index k = 0; k < tile.keys; ++k) {
    const Index column = tile.first_key + k - tile.first_query;  // where the query of this position is
    const Index from = std::clamp<Index>(column - reach.ahead, 0, tile.queries),
                to = std::clamp<Index>(column + reach.back + 1, 0, tile.queries);
    Scalar* row = scores + k * tile.width;
    std::fill(row, row + from, hidden);
    std::fill(row + to, row + tile.queries, hidden);
  }
}

}  // namespace orochi::kernels
