#include "data/tokenizer.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "data/mistakes.hpp"
#include "data/text_key.hpp"
#include "data/utf8.hpp"

namespace orochi {

Tokenizer::Tokenizer(const DataConfig& config)
    : by_word_(config.tokenizer == "word"), lowercase_(config.lowercase) {
  if (!by_word_ && config.tokenizer != "char") {
    throw usage_error(fmt::format("data.tokenizer is {}; allowed are word, char", quote(config.tokenizer)));
  }
}

std::span<const std::string_view> Tokenizer::split(std::string_view text) {
  if (lowercase_) {
    utf8::to_lower(text, lowered_);
    text = lowered_;
  }
  tokens_.clear();
  if (by_word_) {
    split_words(text);
  } else {
    split_characters(text);
  }
  return tokens_;
}

void Tokenizer::split_words(std::string_view text) {
  std::size_t start = 0;  // of the word that is open; start == at: none
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    const char32_t code_point = utf8::decode(text, at);
    const bool is_mark = utf8::is_punctuation(code_point);
    if (!is_mark && !utf8::is_space(code_point)) continue;
    if (here > start) tokens_.push_back(text.substr(start, here - start));
    if (is_mark) tokens_.push_back(text.substr(here, at - here));
    start = at;
  }
  if (start < text.size()) tokens_.push_back(text.substr(start));
}

void Tokenizer::split_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    utf8::decode(text, at);
    tokens_.push_back(text.substr(here, at - here));
  }
}

std::vector<std::string> make_vocabulary(const DataConfig& config, std::span<const std::string_view> texts) {
  std::unordered_map<std::string, Index, TextHash, std::equal_to<>> counts;
  Tokenizer tokenizer(config);
  const auto max_length = static_cast<std::size_t>(config.max_length);
  for (const std::string_view text : texts) {
    const std::span<const std::string_view> tokens = tokenizer.split(text);
    // What max_length cuts off trains no embedding.
    for (const std::string_view token : tokens.first(std::min(tokens.size(), max_length))) {
      if (token.size() > longest_token) continue;
      const auto found = counts.find(token);
      if (found != counts.end()) {
        ++found->second;
      } else {
        counts.emplace(token, 1);
      }
    }
  }
  std::vector<std::pair<Index, std::string>> frequent;
  for (const auto& [token, count] : counts) {
    if (count >= config.min_count) frequent.emplace_back(-count, token);
  }
  std::sort(frequent.begin(), frequent.end());
  const auto room = static_cast<std::size_t>(std::max<Index>(config.vocab_size - 1, 0));
  std::vector<std::string> vocabulary{std::string(unknown_token)};
  for (std::size_t i = 0; i < std::min(frequent.size(), room); ++i) {
    vocabulary.push_back(std::move(frequent[i].second));
  }
  return vocabulary;
}

}  // namespace orochi
