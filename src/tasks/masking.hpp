// Which rows of a sequence a task hides.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include <orochi/task.hpp>

namespace orochi {

/// What a row is to the choice.
enum class RowKind { begins_word, continues_word, special };

/// Runs of a share of a sequence's rows, chosen by counted random numbers.
class Masking {
 public:
  static std::vector<Option> options(const std::string& of);
  explicit Masking(const Settings& settings)
      : share_(settings.number("share")), span_(settings.integer("span")) {}

  /// Calls take(draw, first, end) for the chosen runs of rows, counted from the batch's first one: of each
  /// sequence round(share x runs), at least one. A run is `span` words, or up to a special row; those are in
  /// none. `kind(row)`: of a row of the batch; `draw(stream, row)`: a number of that row in [0, 1).
  template <class Kind, class Take>
  void choose(const Batch& batch, RandomKey key, const Kind& kind, const Take& take) const {
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      const std::uint32_t sample = batch.samples[static_cast<std::size_t>(b)];
      const Index first = batch.first_row(b), end = first + batch.length(b);
      const auto draw = [=](std::uint32_t stream, Index row) {
        return uniform(key, sample, stream, static_cast<std::uint32_t>(row - first));
      };
      const auto phase = static_cast<Index>(draw(phase_stream, first) * static_cast<double>(span_));
      Index left = 0;  // runs that are still to come
      for_runs(first, end, phase, kind, [&](Index, Index) { ++left; });
      // Of special rows alone, one is asked all the same: each sequence has a loss.
      if (left == 0) take(draw, first, first + 1);
      Index wanted = std::max<Index>(1, std::lround(share_ * static_cast<double>(left)));
      for_runs(first, end, phase, kind, [&](Index from, Index to) {  // Knuth 1969, algorithm 3.4.2 S
        if (draw(choice_stream, from) * static_cast<double>(left--) >= static_cast<double>(wanted)) return;
        --wanted;
        take(draw, from, to);
      });
    }
  }

  static constexpr std::uint32_t phase_stream = 0, choice_stream = 1, fate_stream = 2, token_stream = 3;

 private:
  /// The rows first .. end - 1 as runs; the first of them is `phase` words shorter.
  template <class Kind, class Use>
  void for_runs(Index first, Index end, Index phase, const Kind& kind, const Use& use) const {
    Index begin = -1, words = phase;
    const auto close = [&](Index at) {
      if (begin >= 0) use(begin, at);
      begin = -1;
    };
    for (Index row = first; row < end; ++row) {
      const RowKind now = kind(row);
      if (now == RowKind::special) {
        close(row);
        continue;
      }
      if (now == RowKind::begins_word && words++ % span_ == 0) close(row);
      if (begin < 0) begin = row;
    }
    close(end);
  }

  double share_;
  Index span_;
};

}  // namespace orochi
