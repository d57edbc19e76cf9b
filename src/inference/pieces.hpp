#pragma once

#include <span>
#include <vector>

#include <orochi/classifier.hpp>

namespace orochi {

/// Cuts a batch into pieces of whole sequences for one forward pass each, small enough that activations stay
/// in the cache: the first sequence of each piece and, at the end, the number of sequences.
std::vector<Index> cut_pieces(const Batch& batch);

/// Outputs [items, K] of a piece, without training. A sequence's are the means of its windows' outputs; where
/// each row has outputs, they are those of its window. Valid until the tape or `memory` is used again.
std::span<const Scalar> infer(const Classifier& model, Tape& tape, const Batch& piece,
                              std::vector<Scalar>& memory);

}  // namespace orochi
