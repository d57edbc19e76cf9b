// Codons of DNA: with frame = 1 the text AACGTAC is the tokens ACG TAC.
#include <orochi/tokenizer.hpp>

namespace {

class Codons : public orochi::VocabularyTokenizer {
 public:
  explicit Codons(const orochi::Settings& settings)
      : VocabularyTokenizer(settings), frame_(static_cast<std::size_t>(settings.integer("frame"))) {}

  // A text without a whole codon is one token: none may be without.
  void split(std::string_view text, Tokens& tokens) const override {
    if (text.size() < frame_ + 3) return tokens.push_back(text);
    for (std::size_t at = frame_; at + 3 <= text.size(); at += 3) tokens.push_back(text.substr(at, 3));
  }

 private:
  std::size_t frame_;
};

}  // namespace

void add_codons(orochi::Tokenizers& tokenizers) {
  tokenizers.add<Codons>("codons", "each three letters, one after the other",
                         {orochi::Option("frame", 0, "letters before the first codon").from(0).to(2)});
}
