#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include <orochi/threads.hpp>
#include <orochi/tokenizer.hpp>

#include "core/as_size.hpp"
#include "core/thread_pool.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {

/// Lets unordered maps with std::string keys be asked with a std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

Tokenizer::~Tokenizer() = default;

void EncodedTexts::append(const EncodedTexts& more) {
  const Index before = std::ssize(ids);
  ids.insert(ids.end(), more.ids.begin(), more.ids.end());
  lengths.insert(lengths.end(), more.lengths.begin(), more.lengths.end());
  for (std::size_t i = 1; i < more.offsets.size(); ++i) offsets.push_back(before + more.offsets[i]);
}

EncodedTexts Tokenizer::fit_and_encode(std::span<const std::string_view> texts, Index max_length) {
  fit(texts, max_length);
  return encode_all(texts, max_length);
}

EncodedTexts Tokenizer::encode_all(std::span<const std::string_view> texts, Index max_length) const {
  constexpr std::size_t few = 1000;  // for which starting threads does not pay
  ThreadPool pool(texts.size() < few ? 1 : available_threads());
  std::vector<EncodedTexts> runs(static_cast<std::size_t>(pool.size()));
  pool.for_each(std::ssize(runs), [&](Index run, int) {
    EncodedTexts& own = runs[as_size(run)];
    for (std::size_t i = texts.size() * as_size(run) / runs.size();
         i < texts.size() * as_size(run + 1) / runs.size(); ++i) {
      own.lengths.push_back(encode(texts[i], max_length, own.ids));
      own.offsets.push_back(std::ssize(own.ids));
    }
  });
  EncodedTexts encoded;
  for (const EncodedTexts& run : runs) encoded.append(run);
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

/// What some of the texts have.
struct VocabularyTokenizer::Seen {
  struct Token {
    Index count = 0;
    std::int32_t number = 0;  // in the order of their first use, from 1; 0: too long to be one
  };
  std::unordered_map<std::string, Token, TextHash, std::equal_to<>> tokens;
  EncodedTexts encoded;  // by number
};

void VocabularyTokenizer::look(std::span<const std::string_view> texts, Index max_length, bool encodes,
                               Seen& seen) const {
  std::string normal;
  for (const std::string_view text : texts) {
    const Tokens tokens = cut(text, normal);
    const std::size_t kept = std::min(tokens.size(), static_cast<std::size_t>(max_length));
    for (const std::string_view token : std::span(tokens).first(kept)) {
      auto found = seen.tokens.find(token);
      if (token.size() <= longest_token) {
        if (found == seen.tokens.end())
          found =
              seen.tokens.emplace(token, Seen::Token{0, static_cast<std::int32_t>(seen.tokens.size() + 1)})
                  .first;
        ++found->second.count;
      }
      if (encodes) seen.encoded.ids.push_back(found == seen.tokens.end() ? 0 : found->second.number);
    }
    if (!encodes) continue;
    seen.encoded.offsets.push_back(std::ssize(seen.encoded.ids));
    seen.encoded.lengths.push_back(std::ssize(tokens));
  }
}

/// Encodes, too, where `encoded` is given. Each thread looks at a run of the texts; counts add up to the same
/// vocabulary whatever the runs are.
void VocabularyTokenizer::learn(std::span<const std::string_view> texts, Index max_length,
                                EncodedTexts* encoded) {
  constexpr std::size_t few = 1000;  // texts, for which starting threads does not pay
  ThreadPool pool(texts.size() < few ? 1 : available_threads());
  std::vector<Seen> runs(static_cast<std::size_t>(pool.size()));
  pool.for_each(std::ssize(runs), [&](Index run, int) {
    const std::size_t r = as_size(run), begin = texts.size() * r / runs.size();
    look(texts.subspan(begin, texts.size() * (r + 1) / runs.size() - begin), max_length, encoded != nullptr,
         runs[r]);
  });
  std::unordered_map<std::string_view, Index> counts;
  for (const Seen& run : runs)
    for (const auto& [token, of] : run.tokens) counts[token] += of.count;
  choose(counts);
  if (encoded == nullptr) return;
  pool.for_each(std::ssize(runs), [&](Index run, int) {
    Seen& seen = runs[as_size(run)];
    std::vector<std::int32_t> ids(seen.tokens.size() + 1);  // by number; 0 where the vocabulary has it not
    for (const auto& [token, of] : seen.tokens)
      if (const auto found = numbers_.find(token); found != numbers_.end())
        ids[as_size(of.number)] = found->second;
    for (std::int32_t& id : seen.encoded.ids) id = ids[as_size(id)];
  });
  for (const Seen& run : runs) encoded->append(run.encoded);
}

void VocabularyTokenizer::choose(const std::unordered_map<std::string_view, Index>& counts) {
  std::vector<std::pair<Index, std::string_view>> frequent;
  for (const auto& [token, count] : counts)
    if (count >= min_count_) frequent.emplace_back(-count, token);
  std::sort(frequent.begin(), frequent.end());
  frequent.resize(std::min(frequent.size(), as_size(vocab_size_ - 1)));
  if (frequent.empty())
    throw usage_error(fmt::format(
        "the vocabulary is empty with min_count = {} and vocab_size = {} of data.tokenizer; lower "
        "the one or raise the other (tokens of more than {} bytes never enter it)",
        min_count_, vocab_size_, longest_token));
  vocabulary_ = {std::string(unknown_token)};
  for (const auto& [count, token] : frequent) vocabulary_.emplace_back(token);
  // A token of a text may be "<unk>" itself: the vocabulary has it twice, and the first is found.
  number_tokens();
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
