// What the model says of each sequence, and which of them are worth a look.
#pragma once

#include <vector>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "inference/scored.hpp"

namespace orochi {

Scored run_model(const Model& trained, const Sequences& data, int threads);

/// Whether the answer to sequence b is right in all items; where numbers are predicted, none is.
bool is_right(const Model& trained, const Evaluation& outcomes, Index b);

/// The sequences with a wrong answer by falling loss, at most `most`.
std::vector<Index> worst_errors(const Model& trained, const Evaluation& outcomes, std::size_t most);

/// At most `count` sequences: right ones of middling loss, stratum by stratum, then the worst errors, which
/// are up to half of them; where no answer is right or wrong, of all others.
std::vector<Index> telling_sequences(const Model& trained, const Evaluation& outcomes, const Sequences& data,
                                     std::size_t count);

}  // namespace orochi
