// Byte-level byte-pair encoding, as of GPT-2 and RoBERTa: a text is cut by a rule, each part is spelled in
// bytes, and pairs are merged in the order in which they were learned.
#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

#include "core/as_size.hpp"
#include "core/utf8.hpp"
#include "data/file_errors.hpp"
#include "data/tokenizers/pieces.hpp"
#include "data/tokenizers/tokenizer_json.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

using nlohmann::json;

/// Each byte as the character that vocabularies spell it with: itself where it is seen, else one from U+0100.
std::array<std::string, 256> byte_letters() {
  std::array<std::string, 256> letters;
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool is_seen = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
    utf8::append(letters[byte], is_seen ? byte : next++);
  }
  return letters;
}

enum class CharKind { space, letter, number, other };

CharKind kind_of(char32_t c) {
  if (utf8::is_space(c)) return CharKind::space;
  if (unicode::is_letter(c)) return CharKind::letter;
  return unicode::is_number(c) ? CharKind::number : CharKind::other;
}

CharKind kind_at(std::string_view text, std::size_t at) { return kind_of(utf8::decode(text, at)); }

/// Behind the characters from `at` on that are of this kind; `last`: where the last of them begins.
std::size_t end_of_run(std::string_view text, std::size_t at, CharKind kind, std::size_t& last) {
  for (std::size_t next = at; at < text.size(); at = next) {
    if (kind_of(utf8::decode(text, next)) != kind) break;
    last = at;
  }
  return at;
}

/// GPT-2's rule: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t end_of_part(std::string_view text, std::size_t at) {
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (text.substr(at).starts_with(ending)) return at + ending.size();
  const std::size_t first = text[at] == ' ' ? at + 1 : at;  // a blank goes with what follows
  std::size_t last = at;
  if (first < text.size() && kind_at(text, first) != CharKind::space)
    return end_of_run(text, first, kind_at(text, first), last);
  const std::size_t end = end_of_run(text, at, CharKind::space, last);
  return end == text.size() || last == at ? end : last;
}

struct Rules {
  bool adds_blank = true;      // before a text that begins with none
  bool cuts = true;            // by GPT-2's rule
  bool composes = false;       // to normal form C
  bool fuses_unknown = false;  // bytes without a letter, side by side
};
constexpr std::array<std::pair<const char*, bool Rules::*>, 4> all_rules{
    {{"adds_blank", &Rules::adds_blank},
     {"cuts", &Rules::cuts},
     {"composes", &Rules::composes},
     {"fuses_unknown", &Rules::fuses_unknown}}};

class BytePairs : public Tokenizer {
 public:
  explicit BytePairs(const Settings& settings) : path_(settings.word("model")) {}

  /// Learns nothing: the model is in a file.
  void fit(std::span<const std::string_view>, Index) override {
    in_option("model", [&] { read_tokenizer_json(path_, [this](const auto&... of) { take_apart(of...); }); });
  }

  Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const override {
    std::string changed;
    if (rules_.composes) text = changed = unicode::composed(text);
    if (rules_.adds_blank && !text.starts_with(' ')) text = changed = " " + std::string(text);
    const Index before = std::ssize(ids);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = rules_.cuts ? end_of_part(text, at) : text.size();
      merge(text.substr(at, end - at), ids);
      at = end;
    }
    const Index length = std::ssize(ids) - before;
    ids.resize(as_size(before + std::min(length, max_length)));
    return length;
  }

  Index vocabulary_size() const override { return std::ssize(vocabulary_); }
  std::int32_t unknown() const override { return static_cast<std::int32_t>(unknown_); }
  std::int32_t separator() const override { return end_ < 0 ? Tokenizer::separator() : end_; }
  std::int32_t begin() const override { return begin_; }
  std::int32_t end() const override { return end_; }
  bool continues_word(std::int32_t id) const override {
    return id != unknown() && !token(id).starts_with("\xC4\xA0");  // how a blank is written
  }
  std::string token(std::int32_t id) const override { return vocabulary_[static_cast<std::size_t>(id)]; }
  bool cuts_at_blanks() const override { return rules_.cuts; }

  void save(State& state) const override {
    state.set("vocabulary", vocabulary_);
    state.set("merges", merged_);
    state.set("unknown", std::vector<std::int64_t>{unknown_});
    for (const auto& [name, rule] : all_rules) state.set(name, std::vector<std::int64_t>{rules_.*rule});
  }
  void load(const State& state) override {
    vocabulary_ = state.texts("vocabulary");
    merged_ = state.integers("merges");
    unknown_ = number_of(state, "unknown", -1, vocabulary_size() - 1);
    for (const auto& [name, rule] : all_rules) rules_.*rule = number_of(state, name, 0, 1) == 1;
    const auto is_id = [&](std::int64_t id) { return id >= 0 && id < vocabulary_size(); };
    if (vocabulary_.empty() || merged_.size() % 2 != 0 || !std::all_of(merged_.begin(), merged_.end(), is_id))
      throw usage_error("its merges are not pairs of its vocabulary");
    number_pieces();
  }

 private:
  void take_apart(const json& file, const std::string& path) {
    const json &model = file.at("model"), &normalizer = file.at("normalizer");
    expect_type(file, "model", "BPE", "bpe", path);
    expect_type(file, "pre_tokenizer", "ByteLevel", "bpe", path);
    rules_.composes = !normalizer.is_null();
    if (rules_.composes) expect_type(file, "normalizer", "NFC", "bpe", path);
    rules_.adds_blank = file.at("pre_tokenizer").value("add_prefix_space", true);
    rules_.cuts = file.at("pre_tokenizer").value("use_regex", true);
    rules_.fuses_unknown = model.value("fuse_unk", false);
    for (const char* name :
         {"continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges"})
      if (const json found = model.value(name, json()); !found.is_null() && found != "" && found != false)
        refuse_tokenizer_json(path,
                              fmt::format("its model has {} = {}, which data.tokenizer = \"bpe\" does not "
                                          "know",
                                          name, found.dump()));
    vocabulary_ = pieces_by_id(model.at("vocab"), path);
    std::unordered_map<std::string_view, std::int64_t> numbers;
    for (const std::string& piece : vocabulary_) numbers.emplace(piece, std::ssize(numbers));
    const auto number = [&](const std::string& piece) {
      const auto found = numbers.find(piece);
      if (found == numbers.end())
        refuse_tokenizer_json(path, fmt::format("its vocabulary has no {}, of its merges", quote(piece)));
      return found->second;
    };
    const json unknown = model.value("unk_token", json());
    unknown_ = unknown.is_null() ? -1 : number(unknown.get<std::string>());
    merged_.clear();
    for (const json& pair : model.at("merges")) {
      const bool is_text = pair.is_string();  // "a b" in older files, ["a", "b"] in newer ones
      const std::string text = is_text ? pair.get<std::string>() : "";
      const std::size_t blank = std::min(text.find(' '), text.size());
      const std::string a = is_text ? text.substr(0, blank) : pair.at(0).get<std::string>();
      const std::string b =
          is_text ? text.substr(std::min(blank + 1, text.size())) : pair.at(1).get<std::string>();
      number(a + b);
      merged_.push_back(number(a)), merged_.push_back(number(b));
    }
    number_pieces();
  }

  void number_pieces() {
    std::unordered_map<std::string_view, std::int32_t> numbers;
    std::int32_t id = 0;
    for (const std::string& piece : vocabulary_) numbers.emplace(piece, id++);
    const auto number_or_none = [&](std::string_view piece) {
      const auto found = numbers.find(piece);
      return found == numbers.end() ? -1 : found->second;
    };
    begin_ = number_or_none("<s>"), end_ = number_or_none("</s>");
    const std::array<std::string, 256> letters = byte_letters();
    for (std::size_t byte = 0; byte < letters.size(); ++byte) {
      letters_[byte] = number_or_none(letters[byte]);
    }
    ranks_.clear();
    for (std::size_t i = 0; i < merged_.size(); i += 2) {
      const auto whole =
          numbers.find(vocabulary_[as_size(merged_[i])] + vocabulary_[as_size(merged_[i + 1])]);
      if (whole == numbers.end()) throw usage_error("its vocabulary lacks what a pair of its merges makes");
      ranks_.insert_or_assign(pair_of(merged_[i], merged_[i + 1]),
                              Merge{static_cast<std::int64_t>(i), whole->second});
    }
  }

  struct Merge {
    std::int64_t rank;
    std::int32_t whole;
  };
  static std::uint64_t pair_of(std::int64_t a, std::int64_t b) {
    return static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint64_t>(b);
  }

  /// Appends the pieces of one part: of all neighbors that make a pair the earliest learned are merged, of
  /// equal ones the first.
  void merge(std::string_view part, std::vector<std::int32_t>& ids) const {
    struct Piece {
      std::int32_t id;
      std::size_t next;
    };
    std::vector<Piece> pieces;
    for (const char byte : part) {
      const std::int32_t id = letters_[static_cast<unsigned char>(byte)];
      const bool is_fused =
          id < 0 && rules_.fuses_unknown && !pieces.empty() && pieces.back().id == unknown();
      if ((id < 0 && unknown_ < 0) || is_fused) continue;  // a byte without a letter is nothing
      pieces.push_back({id < 0 ? unknown() : id, pieces.size() + 1});
    }
    std::vector<std::size_t> before(pieces.size());  // of each the one before it
    for (std::size_t i = 1; i < pieces.size(); ++i) before[i] = i - 1;
    using Pair = std::tuple<std::int64_t, std::size_t, std::size_t, std::uint64_t>;  // rank, places, ids
    std::priority_queue<Pair, std::vector<Pair>, std::greater<>> queue;
    const auto look = [&](std::size_t a) {
      const std::size_t b = pieces[a].next;
      if (b >= pieces.size()) return;
      const std::uint64_t pair = pair_of(pieces[a].id, pieces[b].id);
      if (const auto found = ranks_.find(pair); found != ranks_.end())
        queue.emplace(found->second.rank, a, b, pair);
    };
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) look(i);
    while (!queue.empty()) {
      const auto [rank, a, b, pair] = queue.top();
      queue.pop();
      const bool is_there =
          pieces[a].id >= 0 && pieces[a].next == b && pair_of(pieces[a].id, pieces[b].id) == pair;
      if (!is_there) continue;
      pieces[a] = {ranks_.at(pair).whole, pieces[b].next};
      pieces[b].id = -1;
      if (pieces[a].next < pieces.size()) before[pieces[a].next] = a;
      look(a);
      if (a > 0) look(before[a]);
    }
    for (std::size_t i = 0; i < pieces.size(); i = pieces[i].next) ids.push_back(pieces[i].id);
  }

  std::string path_;
  std::vector<std::string> vocabulary_;  // [V]
  std::vector<std::int64_t> merged_;     // [2 M]: the ids of each pair, the first learned first
  Index unknown_ = -1;                   // -1: there is none
  std::int32_t begin_ = -1, end_ = -1;   // -1: there is none
  Rules rules_;
  std::array<std::int32_t, 256> letters_{};         // id of each byte; -1: none
  std::unordered_map<std::uint64_t, Merge> ranks_;  // by pair_of
};

}  // namespace

std::unique_ptr<Tokenizer> make_byte_pairs(const Settings& settings) {
  return std::make_unique<BytePairs>(settings);
}

}  // namespace orochi
