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

}  // namespace orochi
