// What is between white space, with each punctuation mark and symbol a token of its own ("don't" is don ' t),
// or without.
#include "core/utf8.hpp"
#include "data/tokenizers/tokenizers.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

template <bool marks_apart>
class Words : public VocabularyTokenizer {
 public:
  using VocabularyTokenizer::VocabularyTokenizer;
  bool cuts_at_blanks() const override { return true; }

  void split(std::string_view text, Tokens& tokens) const override {
    std::size_t start = 0;  // of the word that is open; start == at: none
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t here = at;
      const char32_t code_point = utf8::decode(text, at);
      const bool is_mark =
          marks_apart && (unicode::is_punctuation(code_point) || unicode::is_symbol(code_point));
      if (!is_mark && !utf8::is_space(code_point)) continue;
      if (is_mark) unicode::skip_marks(text, at);  // an emoji's variant
      if (here > start) tokens.push_back(text.substr(start, here - start));
      if (is_mark) tokens.push_back(text.substr(here, at - here));
      start = at;
    }
    if (start < text.size()) tokens.push_back(text.substr(start));
  }
};

}  // namespace

void add_word(Tokenizers& tokenizers) {
  tokenizers.add<Words<true>>(
      "word", "what is between white space; each punctuation mark or symbol is a token of its own");
}

/// For texts that are cut already: one label a token.
void add_whitespace(Tokenizers& tokenizers) {
  tokenizers.add<Words<false>>("whitespace",
                               "what is between white space, marks and all: for texts cut before");
}

}  // namespace orochi
