// The tokenizers that come with Orochi.
#pragma once

#include <orochi/tokenizer.hpp>

#include "data/tokenizers/pieces.hpp"

namespace orochi {

void add_word(Tokenizers& tokenizers);
void add_char(Tokenizers& tokenizers);
void add_whitespace(Tokenizers& tokenizers);
void add_wordpiece(Tokenizers& tokenizers);
void add_kmers(Tokenizers& tokenizers);
/// bpe and unigram; `make` makes SentencePiece's.
void add_pieces(Tokenizers& tokenizers, MakePieces make);

/// Those that need no library of their own.
inline Tokenizers plain_tokenizers() {
  Tokenizers tokenizers;
  add_word(tokenizers);
  add_char(tokenizers);
  add_whitespace(tokenizers);
  add_wordpiece(tokenizers);
  add_kmers(tokenizers);
  return tokenizers;
}

/// Those of a page in a browser.
inline Tokenizers page_tokenizers() {
  Tokenizers tokenizers = plain_tokenizers();
  add_pieces(tokenizers, make_sentencepiece_reader);
  return tokenizers;
}

}  // namespace orochi
