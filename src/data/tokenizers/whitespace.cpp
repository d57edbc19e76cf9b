// What is between white space and nothing else, for texts that are cut already: one label a token.
#include "data/tokenizers/tokenizers.hpp"
#include "data/utf8.hpp"

namespace orochi {
namespace {

class Whitespace : public VocabularyTokenizer {
 public:
  using VocabularyTokenizer::VocabularyTokenizer;
  bool cuts_at_blanks() const override { return true; }

  void split(std::string_view text, Tokens& tokens) const override {
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t here = at;
      if (!utf8::is_space(utf8::decode(text, at))) continue;
      if (here > start) tokens.push_back(text.substr(start, here - start));
      start = at;
    }
    if (start < text.size()) tokens.push_back(text.substr(start));
  }
};

}  // namespace

void add_whitespace(Tokenizers& tokenizers) {
  tokenizers.add<Whitespace>("whitespace",
                             "what is between white space, marks and all: for texts cut before");
}

}  // namespace orochi
