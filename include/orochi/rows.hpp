// Rows: what layers take and return.
#pragma once

#include <new>

#include <orochi/batch.hpp>
#include <orochi/tape.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// Packed rows, and the batch that says which sequence each of them belongs to.
struct Rows {
  Var values;   // [N, C]
  Batch batch;  // of N rows

  Tape& tape() const { return values.tape(); }
  /// Other values of the same rows.
  Rows with(Var other) const { return {other, batch}; }
  /// Values of sequences that have `length(T)` rows where they had T.
  template <class Length>
  Rows with_lengths(Var other, Length length) const {
    auto* offsets = tape().allocate_as<Index>(batch.num_sequences() + 1);  // [B + 1]
    offsets[0] = 0;
    for (Index b = 0; b < batch.num_sequences(); ++b) offsets[b + 1] = offsets[b] + length(batch.length(b));
    Batch other_batch;  // tokens, values and targets were those of the rows before
    other_batch.offsets = {offsets, batch.offsets.size()};
    other_batch.samples = batch.samples;
    return {other, other_batch};
  }
  /// One row a sequence.
  Rows pooled(Var other) const {
    return with_lengths(other, [](Index) { return Index{1}; });
  }
};

}  // namespace orochi
