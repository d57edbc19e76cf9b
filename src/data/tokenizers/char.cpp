// Every character with the marks that belong to it, white space too.
#include "core/utf8.hpp"
#include "data/tokenizers/tokenizers.hpp"
#include "data/tokenizers/unicode.hpp"

namespace orochi {
namespace {

class Char : public VocabularyTokenizer {
 public:
  using VocabularyTokenizer::VocabularyTokenizer;
  bool joins_without_blanks() const override { return true; }

  void split(std::string_view text, Tokens& tokens) const override {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t here = at;
      utf8::decode(text, at);
      unicode::skip_marks(text, at);
      tokens.push_back(text.substr(here, at - here));
    }
  }
};

}  // namespace

void add_char(Tokenizers& tokenizers) {
  tokenizers.add<Char>("char", "each character with its accents, white space too");
}

}  // namespace orochi
