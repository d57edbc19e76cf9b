// The list of the tokenizers that come with Orochi.
#include "data/tokenizers/tokenizers.hpp"

namespace orochi {

Tokenizers builtin_tokenizers() {
  Tokenizers tokenizers;
  add_word(tokenizers);
  add_char(tokenizers);
  add_whitespace(tokenizers);
  add_wordpiece(tokenizers);
  add_kmers(tokenizers);
  add_sentencepiece(tokenizers);
  return tokenizers;
}

}  // namespace orochi
