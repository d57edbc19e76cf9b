#pragma once

#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

/// Cuts a batch into pieces of whole sequences for one forward pass each, small enough that activations stay
/// in the cache: the first sequence of each piece and, at the end, the number of sequences.
std::vector<Index> cut_pieces(const Batch& batch);

}  // namespace orochi
