// Vectors of words that other programs have learned.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <orochi/tokenizer.hpp>

namespace orochi {

/// Of those tokens of a vocabulary that a file has.
struct WordVectors {
  Index columns = 0;
  std::vector<std::int32_t> ids;  // [n], each once
  std::vector<float> rows;        // [n, columns]
};

/// Reads a text file with a word and its numbers a line, blanks between: fastText's .vec, whose first line
/// says how many words and numbers there are, or GloVe's. A word may have blanks itself; of a word that comes
/// twice the first counts. Only the vocabulary's vectors are kept in memory. Throws a usage_error with file
/// and line.
WordVectors read_word_vectors(const std::string& path, const Tokenizer& tokenizer);

}  // namespace orochi
