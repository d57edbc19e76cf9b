// The list of the tokenizers that come with Orochi.
#include "data/tokenizers/tokenizers.hpp"

namespace orochi {

Tokenizers builtin_tokenizers() {
  Tokenizers tokenizers = plain_tokenizers();
  add_pieces(tokenizers, make_sentencepiece);
  return tokenizers;
}

}  // namespace orochi
