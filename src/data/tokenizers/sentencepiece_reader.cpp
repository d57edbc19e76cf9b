// A SentencePiece model as a page reads it, without the library: it encodes as the library does.
#include <algorithm>
#include <array>
#include <limits>
#include <queue>
#include <unordered_map>

#include <fmt/format.h>

#include <orochi/error.hpp>

#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/tokenizers/pieces.hpp"
#include "data/tokenizers/sentencepiece_model.hpp"

namespace orochi {
namespace {

using Kind = SentencePieceModel::Kind;
using Type = SentencePieceModel::Type;

class SentencePieceReader : public Tokenizer {
 public:
  void fit(std::span<const std::string_view>, Index) override {
    throw usage_error("a page learns no pieces");
  }

  Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const override {
    const std::string normal = model_.normal_form(text);
    const Index before = std::ssize(ids);
    for (const std::string_view part : model_.kind == Kind::bpe ? merged(normal) : likeliest(normal))
      take(part, before, ids);
    const Index length = std::ssize(ids) - before;
    ids.resize(as_size(before + std::min(length, max_length)));
    return length;
  }

  Index vocabulary_size() const override { return std::ssize(model_.pieces); }
  std::int32_t unknown() const override { return unknown_; }
  bool continues_word(std::int32_t id) const override {
    return id != unknown() && !token(id).starts_with("\xE2\x96\x81");  // how a blank is written
  }
  std::string token(std::int32_t id) const override { return model_.pieces[as_size(id)].text; }
  bool cuts_at_blanks() const override { return true; }

  void save(State&) const override { throw usage_error("a page saves no pieces"); }
  void load(const State& state) override {
    model_ = SentencePieceModel::of(unpacked_model(state.integers("model")));
    if ((model_.kind != Kind::bpe && model_.kind != Kind::unigram) || model_.adds_blank_behind)
      throw usage_error("its SentencePiece model is neither bpe nor unigram, or puts blanks behind words");
    number_pieces();
  }

 private:
  void number_pieces() {
    bytes_.fill(-1);
    float lowest = std::numeric_limits<float>::max();
    for (std::int32_t id = 0; id < vocabulary_size(); ++id) {
      const SentencePieceModel::Piece& piece = model_.pieces[as_size(id)];
      if (piece.type == Type::user_defined || piece.type == Type::unused)
        throw usage_error(
            fmt::format("its SentencePiece model has pieces of its user, such as {}", piece.text));
      if (piece.type == Type::unknown) unknown_ = id;
      if (piece.type != Type::normal) continue;
      numbers_.emplace(piece.text, id);
      longest_ = std::max(longest_, piece.text.size());
      lowest = std::min(lowest, piece.score);
    }
    if (unknown_ < 0) throw usage_error("its SentencePiece model has no piece for what is unknown");
    unknown_score_ = lowest - 10;  // below the rarest piece
    number_bytes();
  }

  void number_bytes() {
    if (!model_.spells_bytes) return;
    std::unordered_map<std::string_view, std::int32_t> numbers;
    for (std::int32_t id = 0; id < vocabulary_size(); ++id)
      numbers.emplace(model_.pieces[as_size(id)].text, id);
    for (std::size_t byte = 0; byte < bytes_.size(); ++byte) {
      const auto found = numbers.find(fmt::format("<0x{:02X}>", byte));
      if (found == numbers.end()) throw usage_error("its SentencePiece model lacks a piece for a byte");
      bytes_[byte] = found->second;
    }
  }

  /// Appends what stands for a part; unknown ones side by side are one, or spelled in bytes.
  void take(std::string_view part, Index before, std::vector<std::int32_t>& ids) const {
    if (const auto found = numbers_.find(part); found != numbers_.end()) return ids.push_back(found->second);
    if (model_.spells_bytes)
      for (const char c : part) ids.push_back(bytes_[static_cast<unsigned char>(c)]);
    else if (std::ssize(ids) == before || ids.back() != unknown_)
      ids.push_back(unknown_);
  }

  /// Of all ways to cut the text the likeliest, of equal ones the first; sums as the library rounds them.
  std::vector<std::string_view> likeliest(std::string_view text) const {
    struct Way {
      float score = 0;
      std::size_t from = std::string_view::npos;  // npos: there is none yet
    };
    std::vector<Way> ways(text.size() + 1);
    const auto offer = [&](std::size_t from, std::size_t to, float score) {
      const double sum = double{score} + double{ways[from].score};
      if (ways[to].from == std::string_view::npos || sum > double{ways[to].score})
        ways[to] = {static_cast<float>(sum), from};
    };
    for (std::size_t at = 0, next = 0; at < text.size(); at = next) {
      utf8::decode(text, next);
      bool has_character = false;
      for (std::size_t end = next;; utf8::decode(text, end)) {
        if (const auto found = numbers_.find(text.substr(at, end - at)); found != numbers_.end()) {
          offer(at, end, model_.pieces[as_size(found->second)].score);
          has_character = has_character || end == next;
        }
        if (end == text.size() || end - at >= longest_) break;
      }
      if (!has_character) offer(at, next, unknown_score_);
    }
    std::vector<std::string_view> parts;
    for (std::size_t end = text.size(); end > 0; end = ways[end].from)
      parts.push_back(text.substr(ways[end].from, end - ways[end].from));
    std::reverse(parts.begin(), parts.end());
    return parts;
  }

  /// Characters, of which neighbors that make a piece are merged, the best piece first, of equal ones the
  /// first.
  std::vector<std::string_view> merged(std::string_view text) const {
    struct Pair {
      float score;
      std::size_t left, right, size;
      bool operator<(const Pair& other) const {
        return score < other.score || (score == other.score && left > other.left);
      }
    };
    std::vector<std::string_view> parts;
    for (std::size_t at = 0, next = 0; at < text.size(); at = next) {
      utf8::decode(text, next);
      parts.push_back(text.substr(at, next - at));
    }
    std::vector<std::size_t> before(parts.size() + 1), after(parts.size() + 1);  // neighbors that are left
    for (std::size_t i = 0; i <= parts.size(); ++i) before[i] = i - 1, after[i] = i + 1;
    std::priority_queue<Pair> queue;
    const auto look = [&](std::size_t left, std::size_t right) {
      if (left >= parts.size() || right >= parts.size()) return;
      const std::string_view whole(parts[left].data(), parts[left].size() + parts[right].size());
      if (const auto found = numbers_.find(whole); found != numbers_.end())
        queue.push({model_.pieces[as_size(found->second)].score, left, right, whole.size()});
    };
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) look(i, i + 1);
    while (!queue.empty()) {
      const Pair pair = queue.top();
      queue.pop();
      std::string_view &left = parts[pair.left], &right = parts[pair.right];
      if (left.empty() || right.empty() || left.size() + right.size() != pair.size) continue;  // gone
      left = {left.data(), pair.size};
      right = {};
      after[pair.left] = after[pair.right];
      before[after[pair.left]] = pair.left;
      look(before[pair.left], pair.left);
      look(pair.left, after[pair.left]);
    }
    std::erase(parts, "");
    return parts;
  }

  SentencePieceModel model_;
  std::unordered_map<std::string_view, std::int32_t> numbers_;  // of the model's own texts
  std::size_t longest_ = 0;                                     // bytes of a piece
  std::int32_t unknown_ = -1;
  float unknown_score_ = 0;
  std::array<std::int32_t, 256> bytes_{};  // the pieces that spell bytes; -1: none
};

}  // namespace

std::unique_ptr<Tokenizer> make_sentencepiece_reader(const std::string&, const Settings&) {
  return std::make_unique<SentencePieceReader>();
}

}  // namespace orochi
