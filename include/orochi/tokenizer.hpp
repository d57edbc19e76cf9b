// Tokenizers: what turns a text into rows of token ids. To write one, derive from VocabularyTokenizer and say
// where a text is cut; derive from Tokenizer where tokens are no parts of the text.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <orochi/batch.hpp>
#include <orochi/registry.hpp>
#include <orochi/state.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Entry 0 of a vocabulary; id 0 is that of every token that the vocabulary does not have.
inline constexpr std::string_view unknown_token = "<unk>";

/// Texts as token ids: those of text i from ids[offsets[i]] up to ids[offsets[i + 1]].
struct EncodedTexts {
  std::vector<std::int32_t> ids;
  std::vector<Index> offsets{0};  // [texts + 1]
  std::vector<Index> lengths;     // [texts]: tokens of the whole text, of which `ids` has the first

  /// Puts further texts behind these.
  void append(const EncodedTexts& more);
};

/// Made from a config's options, then fitted to the training texts or loaded from a checkpoint. After that
/// any number of threads may encode at once. All texts are valid UTF-8.
class Tokenizer {
 public:
  Tokenizer() = default;
  virtual ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  /// Learns from the training texts. What lies behind the first `max_length` tokens of a text counts for
  /// nothing: it trains no row. Throws a usage_error where the texts are of no use.
  virtual void fit(std::span<const std::string_view> texts, Index max_length) = 0;
  /// `fit`, then the ids that `encode` gives for the same texts: overridden where one pass does both.
  virtual EncodedTexts fit_and_encode(std::span<const std::string_view> texts, Index max_length);
  /// Takes what it does not know yet of the texts of further training, behind what it knows, whose ids stay.
  /// A usage_error by default.
  virtual void extend(std::span<const std::string_view> texts, Index max_length);
  /// Appends the ids of the first `max_length` tokens, each from 0 to vocabulary_size() - 1. Returns how many
  /// tokens the whole text has.
  virtual Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const = 0;
  /// Of many texts, on all cores.
  EncodedTexts encode_all(std::span<const std::string_view> texts, Index max_length) const;
  virtual Index vocabulary_size() const = 0;  // V; at least 1
  /// The id that is put between two texts of one sequence, such as that of a token "[SEP]"; by default one
  /// more than the vocabulary's, which no text has.
  virtual std::int32_t separator() const { return static_cast<std::int32_t>(vocabulary_size()); }
  /// The ids of the vocabulary that data.special_tokens puts before and behind a sequence, such as those of
  /// "[CLS]" and "[SEP]"; -1 where there are none.
  virtual std::int32_t begin() const { return -1; }
  virtual std::int32_t end() const { return -1; }
  /// The id of whatever the vocabulary does not have; -1 where nothing is unknown.
  virtual std::int32_t unknown() const { return -1; }
  /// Whether a token goes on with the word of the one before it: a piece that begins no word.
  virtual bool continues_word(std::int32_t id) const { return static_cast<void>(id), false; }
  /// The token of an id, for people.
  virtual std::string token(std::int32_t id) const = 0;
  /// The tokens of a text, as many as encode finds, unknown ones as the text has them; for people.
  virtual std::vector<std::string> pieces(std::string_view text) const;

  /// What a checkpoint keeps.
  virtual void save(State& state) const = 0;
  /// Takes it from there. Throws a usage_error for what it cannot use: the file may be made by hand.
  virtual void load(const State& state) = 0;

  /// Whether a report shows tokens without blanks between them.
  virtual bool joins_without_blanks() const { return false; }
  /// Whether no token has white space in it: then a text has far fewer tokens than characters, and reading it
  /// is expected to take less memory.
  virtual bool cuts_at_blanks() const { return false; }
};

/// Tokens that are parts of the text, numbered by a vocabulary of the most frequent.
class VocabularyTokenizer : public Tokenizer {
 public:
  using Tokens = std::vector<std::string_view>;

  explicit VocabularyTokenizer(const Settings& settings);
  /// lowercase, min_count, vocab_size: registered with every class derived from this one.
  static std::vector<Option> common_options();

  /// Appends the text's tokens, parts of `text`, in their order. The text is composed (NFC), and in lower
  /// case with `lowercase`.
  virtual void split(std::string_view text, Tokens& tokens) const = 0;

  /// `<unk>`, then the tokens that occur min_count times or more and have at most `longest_token` bytes, the
  /// most frequent first, equal counts in the order of their bytes; at most vocab_size entries.
  void fit(std::span<const std::string_view> texts, Index max_length) override {
    learn(texts, max_length, nullptr);
  }
  EncodedTexts fit_and_encode(std::span<const std::string_view> texts, Index max_length) override;
  /// By the same rule, of tokens that are not in the vocabulary.
  void extend(std::span<const std::string_view> texts, Index max_length) override;
  Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const override;
  Index vocabulary_size() const override { return static_cast<Index>(vocabulary_.size()); }
  std::int32_t unknown() const override { return 0; }
  std::string token(std::int32_t id) const override { return vocabulary_[static_cast<std::size_t>(id)]; }
  std::vector<std::string> pieces(std::string_view text) const override;
  void save(State& state) const override { state.set("vocabulary", vocabulary_); }
  void load(const State& state) override;

  /// Longer tokens stay unknown: a checkpoint pads every entry to the longest.
  static constexpr std::size_t longest_token = 256;  // bytes

 private:
  /// The tokens of the text in normal form: parts of it, or of `normal`.
  Tokens cut(std::string_view text, std::string& normal) const;
  struct Seen;
  void look(std::span<const std::string_view> texts, Index max_length, bool encodes, Seen& seen) const;
  void learn(std::span<const std::string_view> texts, Index max_length, EncodedTexts* encoded);
  /// The vocabulary, of tokens and how often they are.
  void choose(const std::unordered_map<std::string_view, Index>& counts);
  void number_tokens();

  bool lowercase_;
  Index min_count_, vocab_size_;
  std::vector<std::string> vocabulary_;                         // [V]
  std::unordered_map<std::string_view, std::int32_t> numbers_;  // of the vocabulary's own texts
};

/// A registered tokenizer: the name a config uses, what it is, its options, how to make it.
struct TokenizerEntry {
  std::string name;
  std::string summary;  // one line
  std::vector<Option> options;
  std::function<std::unique_ptr<Tokenizer>(const Settings&)> make;
};

/// The tokenizers that a program knows.
class Tokenizers : public Registry<TokenizerEntry> {
 public:
  using Registry::add;
  /// Adds a class whose constructor takes a `const Settings&`; the options that all of its kind have come on
  /// top.
  template <class T>
  void add(std::string name, std::string summary, std::vector<Option> options = {}) {
    if constexpr (std::is_base_of_v<VocabularyTokenizer, T>)
      for (Option& option : T::common_options()) options.push_back(std::move(option));
    add({std::move(name), std::move(summary), std::move(options),
         [](const Settings& settings) { return std::make_unique<T>(settings); }});
  }
};

/// Every tokenizer that comes with Orochi.
Tokenizers builtin_tokenizers();

}  // namespace orochi
#pragma GCC visibility pop
