// A batch of sequences as packed rows: no padding anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace [[gnu::visibility("default")]] orochi {

using Index = std::int64_t;  // also where addresses have 32 bits

/// B sequences whose N rows are one after another; a view, it owns nothing.
/// Either `tokens` is filled (text) or `values` (numeric rows).
struct Batch {
  std::span<const std::int32_t> tokens;  // [N] or empty
  std::span<const float> values;         // [N, channels] or empty
  Index channels = 0;                    // 0 for text
  std::span<const Index> offsets;        // [B + 1]: sequence b is rows offsets[b] .. offsets[b + 1]
  std::span<const std::uint32_t>
      samples;                      // [B]: number of the sequence in its data set (keys the randomness)
  std::span<const double> targets;  // [B, W] of sequences or [N, W] of rows, as the task has them; or empty
  Index target_width = 1;           // W
  std::span<const float> weights = {};  // one a target: its factor in the loss; empty: all are 1
  std::span<const std::int32_t> segments =
      {};  // [N]: which of a sequence's texts a row is of; empty: one text
  std::span<const std::int32_t> features = {};  // hashed n-grams, rising in each sequence
  std::span<const Index> feature_offsets = {};  // [B + 1]: which of them are of sequence b; empty: none are
  Index window = 0;  // longer sequences are asked about by windows of at most so many rows; 0: whole
  // Of tasks whose targets are made of the rows. Both ascending, and counted as offsets are.
  std::span<const Index> asked = {};   // rows that have outputs and targets [M, W]; no span: all
  std::span<const Index> hidden = {};  // rows that a learned vector replaces

  Index num_rows() const { return offsets.empty() ? 0 : offsets.back() - offsets.front(); }             // N
  Index num_sequences() const { return offsets.empty() ? 0 : static_cast<Index>(offsets.size()) - 1; }  // B
  Index length(Index b) const { return offsets[b + 1] - offsets[b]; }                                   // T
  Index num_targets() const { return static_cast<Index>(targets.size()) / target_width; }  // B, N or M
  /// A part of such a batch may have none of the asked rows.
  bool asks_rows() const { return asked.data() != nullptr; }
  /// Whether a sequence is longer than a window.
  bool has_windows() const {
    for (Index b = 0; window > 0 && b < num_sequences(); ++b)
      if (length(b) > window) return true;
    return false;
  }
  std::span<const std::int32_t> features_of(Index b) const {
    const auto first = static_cast<std::size_t>(feature_offsets[b]);
    return features.subspan(first, static_cast<std::size_t>(feature_offsets[b + 1]) - first);
  }
  /// Where sequence b starts among this batch's own rows (a slice keeps its parent's offsets).
  Index first_row(Index b) const { return offsets[b] - offsets[0]; }
};

}  // namespace orochi
