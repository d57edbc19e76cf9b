// What the model says of each sequence, and which of them are worth a look.
#pragma once

#include <vector>

#include "train/inference.hpp"

namespace orochi {

Evaluation run_model(const TrainedModel& trained, const Sequences& data, int threads);

/// The wrongly classified sequences by falling loss, at most `most`.
std::vector<Index> worst_errors(const Evaluation& outcomes, const Sequences& data, std::size_t most);

/// At most `count` sequences: right ones of middling loss, class by class, then the worst errors, which are
/// up to half of them.
std::vector<Index> telling_sequences(const Evaluation& outcomes, const Sequences& data, std::size_t count);

}  // namespace orochi
