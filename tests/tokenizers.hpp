// Tokenizers for tests: by name, or of a vocabulary.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <orochi/tokenizer.hpp>

#include "catch.hpp"

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

inline State state_of(const Tokenizer& tokenizer) {
  State state;
  tokenizer.save(state);
  return state;
}

inline std::vector<std::int32_t> encode(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<std::int32_t> ids;
  const Index length = tokenizer.encode(text, 1000000, ids);
  CHECK(length == std::ssize(ids));
  return ids;
}

inline std::string joined(const std::vector<std::int32_t>& ids) {
  std::string text;
  for (const std::int32_t id : ids) text += (text.empty() ? "" : " ") + std::to_string(id);
  return text;
}

inline std::vector<std::string> vocabulary_of(const Tokenizer& tokenizer) {
  std::vector<std::string> tokens;
  for (Index id = 0; id < tokenizer.vocabulary_size(); ++id)
    tokens.push_back(tokenizer.token(static_cast<std::int32_t>(id)));
  return tokens;
}

}  // namespace orochi::test
