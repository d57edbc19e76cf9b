// Embeddings that start as vectors which others have learned.
#pragma once

#include <string>

#include <orochi/model.hpp>

#include "data/word_vectors.hpp"
#include "run/run_setup.hpp"

namespace orochi {

/// Those of data.word_vectors for the model's tokens; none where the key is empty. Throws a usage_error where
/// they do not fit the embeddings.
WordVectors read_word_vectors(const RunSetup& setup, const Model& model);

/// Puts them into the embeddings. Returns a note: of how many tokens there are vectors.
std::string take_word_vectors(const WordVectors& vectors, const Sequences& train, Model& model);

}  // namespace orochi
