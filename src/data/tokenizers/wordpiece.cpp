// BERT's WordPiece: words of the text as the longest pieces of a given vocabulary.
#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>
#include <utility>

#include "core/utf8.hpp"
#include "data/tokenizers/pieces.hpp"
#include "data/tokenizers/tokenizer_json.hpp"
#include "data/tokenizers/tokenizers.hpp"
#include "data/tokenizers/wordpiece_file.hpp"

namespace orochi {
namespace {

class WordPiece : public Tokenizer {
 public:
  explicit WordPiece(const Settings& settings)
      : path_(settings.word("vocabulary")), lowercase_(settings.flag("lowercase")) {}

  /// Learns nothing: the vocabulary is in a file.
  void fit(std::span<const std::string_view>, Index) override {
    if (path_.empty())
      throw OptionError("vocabulary", "vocabulary is missing; name BERT's vocab.txt, or a tokenizer.json");
    in_option("vocabulary", [&] { pieces_ = read_word_pieces(path_, lowercase_); });
    number_pieces();
  }

  Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const override {
    Index count = 0;
    for_pieces(text, [&](std::int32_t id, std::string_view) {
      if (count++ < max_length) ids.push_back(id);
    });
    return count;
  }

  std::vector<std::string> pieces(std::string_view text) const override {
    std::vector<std::string> result;
    for_pieces(text, [&](std::int32_t id, std::string_view word) {
      result.push_back(id == unknown() ? std::string(word) : token(id));
    });
    return result;
  }

  Index vocabulary_size() const override { return std::ssize(pieces_.vocabulary); }
  std::int32_t unknown() const override { return static_cast<std::int32_t>(pieces_.unknown); }
  std::int32_t separator() const override { return end() < 0 ? Tokenizer::separator() : end(); }
  std::int32_t begin() const override { return number_of_piece("[CLS]"); }
  std::int32_t end() const override { return number_of_piece("[SEP]"); }
  bool continues_word(std::int32_t id) const override {
    return !pieces_.continuation.empty() && token(id).starts_with(pieces_.continuation);
  }
  std::string token(std::int32_t id) const override {
    return pieces_.vocabulary[static_cast<std::size_t>(id)];
  }
  bool cuts_at_blanks() const override { return true; }

  void save(State& state) const override {
    state.set("vocabulary", pieces_.vocabulary);
    state.set("continuation", std::vector<std::string>{pieces_.continuation});
    state.set("unknown", std::vector<std::int64_t>{pieces_.unknown});
    state.set("longest_word", std::vector<std::int64_t>{pieces_.longest_word});
    for (const auto& [name, rule] : rules) state.set(name, std::vector<std::int64_t>{pieces_.rules.*rule});
  }

  void load(const State& state) override {
    pieces_.vocabulary = state.texts("vocabulary");
    if (pieces_.vocabulary.empty()) throw usage_error("its vocabulary is empty");
    const std::vector<std::string>& continuation = state.texts("continuation");
    if (continuation.size() != 1) throw usage_error("its state \"continuation\" is not one text");
    pieces_.continuation = continuation.front();
    pieces_.unknown = number_of(state, "unknown", 0, vocabulary_size() - 1);
    pieces_.longest_word = number_of(state, "longest_word", 0, std::numeric_limits<std::int64_t>::max());
    for (const auto& [name, rule] : rules) pieces_.rules.*rule = number_of(state, name, 0, 1) == 1;
    number_pieces();
  }

 private:
  static constexpr std::array<std::pair<const char*, bool BertRules::*>, 4> rules{
      {{"clean_text", &BertRules::clean_text},
       {"cjk_apart", &BertRules::cjk_apart},
       {"strip_accents", &BertRules::strip_accents},
       {"lowercase", &BertRules::lowercase}}};

  /// -1 where there is none.
  std::int32_t number_of_piece(std::string_view piece) const {
    const auto found = starts_.find(piece);
    return found == starts_.end() ? -1 : found->second;
  }

  void number_pieces() {
    starts_.clear();
    continuations_.clear();
    longest_ = 0;
    std::int32_t id = 0;
    for (const std::string& piece : pieces_.vocabulary) {
      longest_ = std::max(longest_, piece.size());
      starts_.emplace(piece, id);
      if (piece.starts_with(pieces_.continuation))
        continuations_.emplace(std::string_view(piece).substr(pieces_.continuation.size()), id);
      ++id;
    }
  }

  /// Calls `take(id, word)` for every piece of the text; `word`: the one that it is of.
  template <class Take>
  void for_pieces(std::string_view text, const Take& take) const {
    std::string normalized;
    std::vector<std::int32_t> ids;
    for (const std::string_view word : bert_words(text, pieces_.rules, normalized)) {
      if (!cut(word, ids)) ids.assign(1, unknown());
      for (const std::int32_t id : ids) take(id, word);
    }
  }

  /// The longest piece that the word begins with, then the longest that the rest does. Returns whether pieces
  /// make the whole word.
  bool cut(std::string_view word, std::vector<std::int32_t>& ids) const {
    ids.clear();
    if (static_cast<Index>(utf8::count(word)) > pieces_.longest_word) return false;
    while (!word.empty()) {
      const auto& numbers = ids.empty() ? starts_ : continuations_;
      std::size_t size = std::min(word.size(), longest_);
      auto found = numbers.end();
      for (; size > 0 && found == numbers.end(); --size)
        if (size == word.size() || !utf8::continues(word[size])) found = numbers.find(word.substr(0, size));
      if (found == numbers.end()) return false;
      ids.push_back(found->second);
      word.remove_prefix(found->first.size());
    }
    return true;
  }

  std::string path_;
  bool lowercase_;
  WordPieces pieces_;
  std::size_t longest_ = 0;  // bytes of a piece
  std::unordered_map<std::string_view, std::int32_t> starts_,
      continuations_;  // of the vocabulary's own texts
};

}  // namespace

void add_wordpiece(Tokenizers& tokenizers) {
  tokenizers.add<WordPiece>(
      "wordpiece", "BERT's pieces of words, by a vocabulary that there is",
      {Option(
           "vocabulary", "",
           "BERT's vocab.txt, or Hugging Face's tokenizer.json (by the ending .json); needed to train, not "
           "after it; relative to the config's folder")
           .path(),
       Option("lowercase", true,
              "an uncased model: lower case, without accents; tokenizer.json says itself")});
}

}  // namespace orochi
