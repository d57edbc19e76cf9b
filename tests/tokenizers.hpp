// Tokenizers for tests: by name, or of a vocabulary.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <orochi/tokenizer.hpp>

namespace orochi::test {

inline std::unique_ptr<Tokenizer> make_tokenizer(const std::string& type, const Options& options = {}) {
  return builtin_tokenizers().make(Component{type, options});
}

/// The word tokenizer with these tokens, the unknown one first.
inline std::shared_ptr<const Tokenizer> word_tokenizer(std::vector<std::string> vocabulary) {
  State state;
  state.set("vocabulary", std::move(vocabulary));
  std::shared_ptr<Tokenizer> tokenizer = make_tokenizer("word");
  tokenizer->load(state);
  return tokenizer;
}

inline std::vector<std::string> vocabulary_of(const Tokenizer& tokenizer) {
  std::vector<std::string> tokens;
  for (Index id = 0; id < tokenizer.vocabulary_size(); ++id)
    tokens.push_back(tokenizer.token(static_cast<std::int32_t>(id)));
  return tokens;
}

}  // namespace orochi::test
