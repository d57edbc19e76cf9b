// The tokenizers that come with Orochi.
#pragma once

#include <orochi/tokenizer.hpp>

namespace orochi {

void add_word(Tokenizers& tokenizers);
void add_char(Tokenizers& tokenizers);
void add_whitespace(Tokenizers& tokenizers);
void add_wordpiece(Tokenizers& tokenizers);
void add_kmers(Tokenizers& tokenizers);
void add_sentencepiece(Tokenizers& tokenizers);

/// Those that need no library of their own; a page in a browser has these.
inline Tokenizers plain_tokenizers() {
  Tokenizers tokenizers;
  add_word(tokenizers);
  add_char(tokenizers);
  add_whitespace(tokenizers);
  add_wordpiece(tokenizers);
  add_kmers(tokenizers);
  return tokenizers;
}

}  // namespace orochi
