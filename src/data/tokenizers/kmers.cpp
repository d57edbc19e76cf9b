// K-mers: each k characters in a row, as of DNA and proteins.
#include "core/utf8.hpp"
#include "data/tokenizers/tokenizers.hpp"

namespace orochi {
namespace {

class Kmers : public VocabularyTokenizer {
 public:
  explicit Kmers(const Settings& settings)
      : VocabularyTokenizer(settings),
        k_(settings.integer("k")),
        overlapping_(settings.flag("overlapping")) {}

  bool joins_without_blanks() const override { return !overlapping_; }

  /// A text of fewer than k characters is one token, and so is what is left behind the last k.
  void split(std::string_view text, Tokens& tokens) const override {
    std::size_t begin = 0, end = 0;  // of the token
    Index length = 0;                // its characters
    bool is_first = true;
    while (end < text.size()) {
      utf8::decode(text, end);
      if (++length < k_) continue;
      tokens.push_back(text.substr(begin, end - begin));
      is_first = false;
      if (overlapping_)
        utf8::decode(text, begin), --length;
      else
        begin = end, length = 0;
    }
    if (begin < end && (!overlapping_ || is_first)) tokens.push_back(text.substr(begin));
  }

 private:
  Index k_;
  bool overlapping_;
};

}  // namespace

void add_kmers(Tokenizers& tokenizers) {
  tokenizers.add<Kmers>(
      "kmers", "each k characters in a row, as of DNA and proteins",
      {Option("k", 3, "characters of a token").from(1).to(64),
       Option("overlapping", true,
              "one from every character on; false: one behind the other, the last may be shorter")});
}

}  // namespace orochi
