// Embeddings that start as vectors which others have learned.
#pragma once

#include <string>

#include <orochi/model.hpp>

#include "run/run_setup.hpp"

namespace orochi {

/// Puts the vectors of data.word_vectors into the embeddings of the model's tokens. Returns a note: of how
/// many tokens there are vectors. Throws a usage_error where they do not fit, or there is none.
std::string take_word_vectors(const RunSetup& setup, const Sequences& train, Model& model);

}  // namespace orochi
