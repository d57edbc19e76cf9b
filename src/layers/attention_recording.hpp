// What a HeadProbe asks of self-attention.
#pragma once

#include <orochi/recording.hpp>
#include <orochi/rows.hpp>

#include "layers/attention_heads.hpp"

namespace orochi {

/// In inference: another output for the heads that were taken away.
void replace_heads(std::span<const HeadReplacement> replacements, Index layer, Index head_dim, Var y);
/// Of all sequences. Returns the number of the layer's first record.
Index record_heads(Recording& recording, const AttentionInputs& in, const AttentionOptions& options,
                   Index layer, const AllSums& sums, Var y);
/// Of head h, scores and map [count, T] of the queries from `first` on, in the same bits as the whole has
/// them: a map of a long sequence does not fit into memory.
void map_rows(const AttentionRecord& record, Index h, Index first, Index count, Scalar* scores, Scalar* map);
/// In y's pullback.
void record_influence(const Tape& tape, Index first_record, const Batch& batch, Var y);
/// The layer's name, what came into it and what leaves it.
void record_ends(Recording& recording, Index first_record, const std::string& name, const Rows& x,
                 Var output);

}  // namespace orochi
