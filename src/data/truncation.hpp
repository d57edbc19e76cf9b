// What is kept of a sequence that is longer than data.max_length.
#pragma once

#include <algorithm>
#include <limits>
#include <span>

#include <orochi/batch.hpp>
#include <orochi/column.hpp>
#include <orochi/config.hpp>

#include "core/as_size.hpp"
#include "core/choices.hpp"

namespace orochi {

/// So many rows at the beginning and at the end; what is between is left out.
struct KeptRows {
  Index first = 0, last = 0;
  Index all() const { return first + last; }
};

/// At most `most` of `length` rows; of an odd number, middle keeps one more at the beginning.
inline KeptRows kept_rows(Truncation how, Index length, Index most) {
  if (length <= most) return {length, 0};
  const Index last = how == Truncation::head ? 0 : how == Truncation::tail ? most : most / 2;
  return {most - last, last};
}

/// Calls take(span) for the kept parts of rows [T, width], in their order.
template <class Element, class Take>
void for_kept(std::span<Element> rows, Index width, KeptRows kept, const Take& take) {
  if (kept.first > 0) take(rows.first(as_size(kept.first * width)));
  if (kept.last > 0) take(rows.last(as_size(kept.last * width)));
}

/// Rows that are kept of a sequence: of windows all.
inline Index most_rows(const DataConfig& config) {
  const bool in_windows = long_choice.is(config.long_sequences, Long::windows);
  return in_windows ? std::numeric_limits<Index>::max() : config.max_length;
}

/// Appends the kept ones of rows [T, width].
template <class Element>
void append_kept(std::span<const Element> rows, Index width, KeptRows kept, Column<Element>& to) {
  for_kept(rows, width, kept, [&](auto part) { to.insert(to.end(), part.begin(), part.end()); });
}

}  // namespace orochi
