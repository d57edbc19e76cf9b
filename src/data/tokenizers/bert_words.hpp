// BERT's words: what a WordPiece vocabulary is looked up for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace orochi {

/// What is done to a text before it is cut, as Hugging Face's BertNormalizer does it.
struct BertRules {
  bool clean_text = true;     // drops controls, invisible and private characters; white space is a blank
  bool cjk_apart = true;      // each Chinese character is a word
  bool strip_accents = true;  // decomposes (NFD) and drops the marks
  bool lowercase = true;      // without the context that the Greek final sigma has
  bool operator==(const BertRules&) const = default;
};

/// The words: what is between white space, each punctuation mark by itself. They are parts of `normalized`.
std::vector<std::string_view> bert_words(std::string_view text, const BertRules& rules,
                                         std::string& normalized);

}  // namespace orochi
