// The two files that a WordPiece vocabulary comes in.
#pragma once

#include <string>
#include <vector>

#include <orochi/batch.hpp>

#include "data/tokenizers/bert_words.hpp"

namespace orochi {

struct WordPieces {
  std::vector<std::string> vocabulary;  // [V]
  std::string continuation = "##";      // before pieces that do not begin a word
  Index unknown = 0;                    // the id of a word that no pieces make
  Index longest_word = 100;             // characters: longer ones are unknown
  BertRules rules;
};

/// A `tokenizer.json` of Hugging Face where the name ends in ".json", with its own rules, else a `vocab.txt`
/// (a piece a line), with the rules for cased or uncased models. A usage_error says what is wrong.
WordPieces read_word_pieces(const std::string& path, bool lowercase);

}  // namespace orochi
