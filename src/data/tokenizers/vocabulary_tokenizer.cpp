#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include <orochi/tokenizer.hpp>

#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

/// Lets unordered maps with std::string keys be asked with a std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

}  // namespace

Tokenizer::~Tokenizer() = default;

EncodedTexts Tokenizer::fit_and_encode(std::span<const std::string_view> texts, Index max_length) {
  fit(texts, max_length);
  EncodedTexts encoded;
  for (const std::string_view text : texts) {
    encoded.lengths.push_back(encode(text, max_length, encoded.ids));
    encoded.offsets.push_back(std::ssize(encoded.ids));
  }
  return encoded;
}

void Tokenizer::extend(std::span<const std::string_view>, Index) {
  throw usage_error(
      "this tokenizer takes no further tokens; leave --add-tokens out, and what it does not know stays "
      "unknown");
}

std::vector<std::string> Tokenizer::pieces(std::string_view text) const {
  std::vector<std::int32_t> ids;
  encode(text, static_cast<Index>(text.size()), ids);
  std::vector<std::string> result;
  for (const std::int32_t id : ids) result.push_back(token(id));
  return result;
}

std::vector<Option> VocabularyTokenizer::common_options() {
  return {Option("lowercase", true, "fold case before looking tokens up"),
          Option("min_count", 1, "rarer tokens become the unknown token").from(1),
          Option("vocab_size", 30000, "at most so many tokens, the most frequent, the unknown token included")
              .from(2)};
}

VocabularyTokenizer::VocabularyTokenizer(const Settings& settings)
    : lowercase_(settings.flag("lowercase")),
      min_count_(settings.integer("min_count")),
      vocab_size_(settings.integer("vocab_size")) {}

VocabularyTokenizer::Tokens VocabularyTokenizer::cut(std::string_view text, std::string& normal) const {
  if (lowercase_ || !unicode::is_ascii(text)) {
    unicode::normalize(text, lowercase_, normal);
    text = normal;
  }
  Tokens tokens;
  tokens.reserve(std::min<std::size_t>(text.size(), 1024));  // most texts take one step of growth
  split(text, tokens);
  return tokens;
}

EncodedTexts VocabularyTokenizer::fit_and_encode(std::span<const std::string_view> texts, Index max_length) {
  EncodedTexts encoded;
  learn(texts, max_length, &encoded);
  return encoded;
}

/// Encodes, too, where `encoded` is given.
void VocabularyTokenizer::learn(std::span<const std::string_view> texts, Index max_length,
                                EncodedTexts* encoded) {
  struct Token {
    Index count = 0;
    std::int32_t number = 0;  // in the order of their first use, from 1; 0: too long to be one
  };
  std::unordered_map<std::string, Token, TextHash, std::equal_to<>> seen;
  std::string normal;
  for (const std::string_view text : texts) {
    const Tokens tokens = cut(text, normal);
    const std::size_t kept = std::min(tokens.size(), static_cast<std::size_t>(max_length));
    for (const std::string_view token : std::span(tokens).first(kept)) {
      auto found = seen.find(token);
      if (token.size() <= longest_token) {
        if (found == seen.end())
          found = seen.emplace(token, Token{0, static_cast<std::int32_t>(seen.size() + 1)}).first;
        ++found->second.count;
      }
      if (encoded != nullptr) encoded->ids.push_back(found == seen.end() ? 0 : found->second.number);
    }
    if (encoded == nullptr) continue;
    encoded->offsets.push_back(std::ssize(encoded->ids));
    encoded->lengths.push_back(std::ssize(tokens));
  }
  std::vector<std::tuple<Index, std::string, std::int32_t>> frequent;
  for (const auto& [token, of] : seen)
    if (of.count >= min_count_) frequent.emplace_back(-of.count, token, of.number);
  std::sort(frequent.begin(), frequent.end());
  vocabulary_ = {std::string(unknown_token)};
  std::vector<std::int32_t> ids(seen.size() + 1);  // by number; 0 where a token is not in the vocabulary
  for (std::size_t i = 0; i < std::min(frequent.size(), static_cast<std::size_t>(vocab_size_ - 1)); ++i) {
    auto& [count, token, number] = frequent[i];
    ids[static_cast<std::size_t>(number)] = static_cast<std::int32_t>(vocabulary_.size());
    vocabulary_.push_back(std::move(token));
  }
  if (vocabulary_.size() == 1)
    throw usage_error(fmt::format(
        "the vocabulary is empty with min_count = {} and vocab_size = {} of data.tokenizer; lower "
        "the one or raise the other (tokens of more than {} bytes never enter it)",
        min_count_, vocab_size_, longest_token));
  number_tokens();
  if (encoded == nullptr) return;
  // A token of a text may be "<unk>" itself: the vocabulary has it twice, and `encode` finds the first.
  if (const auto twice = seen.find(unknown_token); twice != seen.end())
    ids[static_cast<std::size_t>(twice->second.number)] = 0;
  for (std::int32_t& id : encoded->ids) id = ids[static_cast<std::size_t>(id)];
}

void VocabularyTokenizer::extend(std::span<const std::string_view> texts, Index max_length) {
  std::unordered_map<std::string, Index, TextHash, std::equal_to<>> counts;  // of what is new
  std::string normal;
  for (const std::string_view text : texts) {
    const Tokens tokens = cut(text, normal);
    for (const std::string_view token :
         std::span(tokens).first(std::min(tokens.size(), static_cast<std::size_t>(max_length))))
      if (token.size() <= longest_token && !numbers_.contains(token)) ++counts[std::string(token)];
  }
  std::vector<std::pair<Index, std::string>> frequent;
  for (const auto& [token, count] : counts)
    if (count >= min_count_) frequent.emplace_back(-count, token);
  std::sort(frequent.begin(), frequent.end());
  for (auto& [count, token] : frequent)
    if (vocabulary_size() < vocab_size_) vocabulary_.push_back(std::move(token));
  number_tokens();
}

void VocabularyTokenizer::number_tokens() {
  numbers_.clear();
  std::int32_t id = 0;
  for (const std::string& token : vocabulary_) numbers_.emplace(token, id++);
}

Index VocabularyTokenizer::encode(std::string_view text, Index max_length,
                                  std::vector<std::int32_t>& ids) const {
  std::string normal;
  const Tokens tokens = cut(text, normal);
  const auto full_length = static_cast<Index>(tokens.size());
  for (Index t = 0; t < std::min(full_length, max_length); ++t) {
    const auto found = numbers_.find(tokens[static_cast<std::size_t>(t)]);
    ids.push_back(found == numbers_.end() ? 0 : found->second);
  }
  return full_length;
}

std::vector<std::string> VocabularyTokenizer::pieces(std::string_view text) const {
  std::string normal;
  const Tokens tokens = cut(text, normal);
  return {tokens.begin(), tokens.end()};
}

void VocabularyTokenizer::load(const State& state) {
  vocabulary_ = state.texts("vocabulary");
  if (vocabulary_.empty()) throw usage_error("its vocabulary is empty");
  number_tokens();
}

}  // namespace orochi
