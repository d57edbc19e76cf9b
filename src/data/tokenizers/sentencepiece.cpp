// Pieces of words by SentencePiece: byte-pair encoding and unigram, learned from the training texts or read
// from a model of its own. What a vocabulary lacks is spelled in bytes, so that nothing is unknown.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "data/file_errors.hpp"
#include "data/tokenizers/pieces.hpp"
#include "data/tokenizers/read_bytes.hpp"
#include "data/tokenizers/sentencepiece_model.hpp"

namespace orochi {
namespace {

namespace sp = sentencepiece;

constexpr std::size_t most_bytes = 5'000'000;  // of texts to learn from: without blanks they take minutes

/// Hands SentencePiece the texts, evenly taken where they are more than it is given.
class Texts : public sp::SentenceIterator {
 public:
  explicit Texts(std::span<const std::string_view> texts) : texts_(texts) {
    std::size_t bytes = 0;
    for (const std::string_view text : texts) bytes += text.size();
    stride_ = bytes / most_bytes + 1;
    take();
  }
  bool done() const override { return at_ >= texts_.size(); }
  void Next() override {
    at_ += stride_;
    take();
  }
  const std::string& value() const override { return text_; }
  sp::util::Status status() const override { return {}; }

 private:
  void take() {
    if (!done()) text_ = texts_[at_];
  }

  std::span<const std::string_view> texts_;
  std::size_t at_ = 0, stride_ = 1;
  std::string text_;
};

class SentencePiece : public Tokenizer {
 public:
  SentencePiece(std::string type, const Settings& settings)
      : type_(std::move(type)),
        path_(settings.word("model")),
        lowercase_(settings.flag("lowercase")),
        vocab_size_(settings.integer("vocab_size")) {}

  void fit(std::span<const std::string_view> texts, Index) override {
    if (!path_.empty()) return read();
    if (std::all_of(texts.begin(), texts.end(), [](std::string_view text) { return text.empty(); }))
      throw usage_error("there is no text to learn a vocabulary from");
    // SentencePiece ends the program for want of characters, so they are counted first.
    take(trained("char", 1'200'000, texts));
    const Index needed = vocabulary_size();
    if (needed == fixed_pieces)
      throw usage_error("the texts have no letters, marks or digits to learn a vocabulary from");
    if (needed > vocab_size_)
      throw OptionError("vocab_size",
                        fmt::format("vocab_size = {} has no room for the texts' {}; raise it to {} or more",
                                    vocab_size_, counted(needed - fixed_pieces, "character"), needed));
    take(trained(type_, vocab_size_, texts));
  }

  Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const override {
    std::vector<int> found;
    if (!processor_.Encode(as_given(text), &found).ok())
      throw failure("SentencePiece could not encode a text");
    const auto kept = std::min(std::ssize(found), max_length);
    ids.insert(ids.end(), found.begin(), found.begin() + kept);
    return std::ssize(found);
  }

  std::vector<std::string> pieces(std::string_view text) const override {
    std::vector<std::string> found;
    if (!processor_.Encode(as_given(text), &found).ok())
      throw failure("SentencePiece could not encode a text");
    return found;
  }

  Index vocabulary_size() const override { return processor_.GetPieceSize(); }
  std::int32_t unknown() const override { return processor_.unk_id(); }
  bool continues_word(std::int32_t id) const override {
    return id != unknown() && !token(id).starts_with("\xE2\x96\x81");  // how a blank is written
  }
  std::string token(std::int32_t id) const override { return processor_.IdToPiece(id); }
  bool cuts_at_blanks() const override { return true; }

  void save(State& state) const override { state.set("model", packed_model(model_)); }
  void load(const State& state) override { take(unpacked_model(state.integers("model"))); }

 private:
  static absl::string_view as_given(std::string_view text) { return {text.data(), text.size()}; }

  void read() {
    in_option("model", [&] { take(read_bytes(path_, "a SentencePiece model")); });
  }

  std::string trained(const std::string& type, Index vocab_size,
                      std::span<const std::string_view> texts) const {
    const std::unordered_map<std::string, std::string> settings{
        {"model_type", type},
        {"vocab_size", std::to_string(vocab_size)},
        {"hard_vocab_limit", "false"},
        {"byte_fallback", "true"},
        {"normalization_rule_name", lowercase_ ? "nmt_nfkc_cf" : "nmt_nfkc"},
        {"max_sentence_length", "1000000000"},
        {"num_threads", "1"},  // the same sums in the same order, on every machine
        {"unk_id", "0"},
        {"bos_id", "-1"},
        {"eos_id", "-1"},
        {"pad_id", "-1"},
        {"minloglevel", "3"}};
    Texts sentences(texts);
    std::string model;
    const sp::util::Status status = sp::SentencePieceTrainer::Train(settings, &sentences, &model);
    if (!status.ok()) throw usage_error("SentencePiece learns nothing from the texts: " + status.ToString());
    return model;
  }

  void take(std::string model) {
    if (!has_sound_tables(model) || !processor_.LoadFromSerializedProto(as_given(model)).ok() ||
        processor_.GetPieceSize() < 1)
      throw usage_error(fmt::format("{}no SentencePiece model", path_.empty() ? "" : path_ + ": "));
    model_ = std::move(model);
  }

  std::string type_, path_;
  bool lowercase_;
  Index vocab_size_;
  std::string model_;  // serialized
  sp::SentencePieceProcessor processor_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_sentencepiece(const std::string& type, const Settings& settings) {
  return std::make_unique<SentencePiece>(type, settings);
}

}  // namespace orochi
