// A unigram language model out of Hugging Face's tokenizer.json: of all ways to cut a word into pieces the
// likeliest (Viterbi).
#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include <fmt/format.h>

#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/file_errors.hpp"
#include "data/tokenizers/pieces.hpp"
#include "data/tokenizers/text_rules.hpp"
#include "data/tokenizers/tokenizer_json.hpp"

namespace orochi {
namespace {

using nlohmann::json;

class UnigramPieces : public Tokenizer {
 public:
  explicit UnigramPieces(const Settings& settings) : path_(settings.word("model")) {}

  /// Learns nothing: the model is in a file.
  void fit(std::span<const std::string_view>, Index) override {
    in_option("model", [&] { read_tokenizer_json(path_, [this](const auto&... of) { take_apart(of...); }); });
  }

  Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const override {
    const Index before = std::ssize(ids);
    for (const std::string& word : rules_.words(text)) cut(word, ids);
    const Index length = std::ssize(ids) - before;
    ids.resize(as_size(before + std::min(length, max_length)));
    return length;
  }

  Index vocabulary_size() const override { return std::ssize(vocabulary_); }
  std::int32_t unknown() const override { return static_cast<std::int32_t>(unknown_); }
  std::int32_t separator() const override {
    const auto found = numbers_.find("</s>");
    return found == numbers_.end() ? Tokenizer::separator() : found->second;
  }
  bool continues_word(std::int32_t id) const override {
    return id != unknown() && !token(id).starts_with("\xE2\x96\x81");  // how a blank is written
  }
  std::string token(std::int32_t id) const override { return vocabulary_[static_cast<std::size_t>(id)]; }
  bool cuts_at_blanks() const override { return true; }

  void save(State& state) const override {
    state.set("vocabulary", vocabulary_);
    state.set("scores", scores_);
    state.set("unknown", std::vector<std::int64_t>{unknown_});
    state.set("spells_bytes", std::vector<std::int64_t>{spells_bytes_});
    rules_.save(state);
  }
  void load(const State& state) override {
    vocabulary_ = state.texts("vocabulary");
    scores_ = state.numbers("scores");
    if (vocabulary_.empty() || scores_.size() != vocabulary_.size())
      throw usage_error("it has not one score a piece");
    unknown_ = number_of(state, "unknown", 0, vocabulary_size() - 1);
    spells_bytes_ = number_of(state, "spells_bytes", 0, 1) == 1;
    rules_.load(state);
    number_pieces();
  }

 private:
  void take_apart(const json& file, const std::string& path) {
    const json& model = file.at("model");
    expect_type(file, "model", "Unigram", "unigram", path);
    vocabulary_.clear(), scores_.clear();
    for (const json& entry : model.at("vocab")) {
      vocabulary_.push_back(entry.at(0).get<std::string>());
      scores_.push_back(entry.at(1).get<double>());
      check_piece(vocabulary_.back(), path);
    }
    const json unknown = model.value("unk_id", json());
    unknown_ = unknown.is_number_integer() ? unknown.get<Index>() : -1;
    if (unknown_ < 0 || unknown_ >= vocabulary_size())
      refuse_tokenizer_json(path, fmt::format("its unk_id is {}, the number of no piece", unknown.dump()));
    spells_bytes_ = model.value("byte_fallback", false);
    rules_ = TextRules::of_json(file, path);
    number_pieces();
  }

  void number_pieces() {
    numbers_.clear();
    longest_ = 0;
    for (const std::string& piece : vocabulary_) {
      numbers_.insert_or_assign(piece, static_cast<std::int32_t>(&piece - vocabulary_.data()));
      longest_ = std::max(longest_, piece.size());
    }
    constexpr double penalty = 10;  // below the rarest piece
    unknown_score_ = *std::min_element(scores_.begin(), scores_.end()) - penalty;
    for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
      const auto found = numbers_.find(fmt::format("<0x{:02X}>", byte));
      bytes_[byte] = found == numbers_.end() ? -1 : found->second;
    }
  }

  /// The best way to each position of the word; the first of equal ones.
  struct Way {
    double score = -std::numeric_limits<double>::infinity();
    std::size_t from = 0;
    bool is_known = false;
  };

  void cut(const std::string& word, std::vector<std::int32_t>& ids) const {
    std::vector<Way> ways(word.size() + 1);
    ways[0].score = 0;
    const auto offer = [&](std::size_t from, std::size_t to, double score, bool is_known) {
      score += ways[from].score;
      if (score > ways[to].score) ways[to] = {score, from, is_known};
    };
    for (std::size_t at = 0, next = 0; at < word.size(); at = next) {
      utf8::decode(word, next);
      bool has_character = false;
      for (std::size_t end = next;; utf8::decode(word, end)) {
        const std::string_view piece = std::string_view(word).substr(at, end - at);
        if (const auto found = numbers_.find(piece); found != numbers_.end()) {
          offer(at, end, scores_[static_cast<std::size_t>(found->second)], found->second != unknown());
          has_character = has_character || end == next;
        }
        if (end == word.size() || end - at >= longest_) break;
      }
      if (!has_character) offer(at, next, unknown_score_, false);
    }
    take_way(word, ways, ids);
  }

  /// What is unknown side by side is one piece.
  void take_way(std::string_view word, const std::vector<Way>& ways, std::vector<std::int32_t>& ids) const {
    std::vector<std::string_view> pieces;  // the last first
    for (std::size_t end = word.size(); end > 0;) {
      const std::size_t last = end;
      while (end > 0 && !ways[end].is_known) end = ways[end].from;
      if (end < last) pieces.push_back(word.substr(end, last - end));
      if (end == 0) break;
      pieces.push_back(word.substr(ways[end].from, end - ways[end].from));
      end = ways[end].from;
    }
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) take_piece(*piece, ids);
  }

  void take_piece(std::string_view piece, std::vector<std::int32_t>& ids) const {
    if (const auto found = numbers_.find(piece); found != numbers_.end()) return ids.push_back(found->second);
    const auto byte_of = [&](char c) { return bytes_[static_cast<unsigned char>(c)]; };
    const bool is_spelled =
        spells_bytes_ && std::all_of(piece.begin(), piece.end(), [&](char c) { return byte_of(c) >= 0; });
    if (!is_spelled) return ids.push_back(unknown());
    for (const char c : piece) ids.push_back(byte_of(c));
  }

  std::string path_;
  std::vector<std::string> vocabulary_;  // [V]
  std::vector<double> scores_;           // [V]: logarithms of probabilities
  Index unknown_ = 0;
  bool spells_bytes_ = false;
  TextRules rules_;
  std::unordered_map<std::string_view, std::int32_t> numbers_;  // of the vocabulary's own texts
  std::size_t longest_ = 0;                                     // bytes of a piece
  double unknown_score_ = 0;
  std::array<std::int32_t, 256> bytes_{};  // the pieces that spell bytes; -1: none
};

}  // namespace

std::unique_ptr<Tokenizer> make_unigram_pieces(const Settings& settings) {
  return std::make_unique<UnigramPieces>(settings);
}

}  // namespace orochi
