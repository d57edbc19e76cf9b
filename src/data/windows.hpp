// Long sequences as windows: consecutive, without overlap, of about equal length.
#pragma once

#include <span>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/dataset.hpp>

namespace orochi {

struct Windows {
  std::vector<Index> offsets;   // [W + 1]: their rows
  std::vector<Index> first{0};  // [B + 1]: the windows of sequence b are first[b] .. first[b + 1] - 1

  Index count() const { return first.back(); }
  Index rows(Index w) const { return offsets[w + 1] - offsets[w]; }
};

/// ceil(T / most); 1 where `most` is 0, which means whole.
Index window_count(Index rows, Index most);

/// Windows of at most so many rows; a sequence's differ by a row at most, and its first are the longer ones.
Windows windows_of(std::span<const Index> offsets, Index most);

/// The windows as sequences, for inference: without targets and numbers.
Batch window_batch(const Batch& batch, const Windows& windows);

/// Of sequence i alone.
Windows windows_of(const Sequences& data, Index i);

/// Rows of the longest sequence; 0 where there is none.
Index longest_of(const Sequences& data);

}  // namespace orochi
