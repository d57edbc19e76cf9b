// K-mers of DNA: with k = 3 and stride = 1 the text ACGTA is the tokens ACG CGT GTA.
#include <orochi/tokenizer.hpp>

namespace {

class Kmers : public orochi::VocabularyTokenizer {
 public:
  explicit Kmers(const orochi::Settings& settings)
      : VocabularyTokenizer(settings),
        k_(static_cast<std::size_t>(settings.integer("k"))),
        stride_(static_cast<std::size_t>(settings.integer("stride"))) {}

  // A text of fewer than k letters is one token: none may be without.
  void split(std::string_view text, Tokens& tokens) const override {
    if (text.size() < k_) return tokens.push_back(text);
    for (std::size_t at = 0; at + k_ <= text.size(); at += stride_) tokens.push_back(text.substr(at, k_));
  }

 private:
  std::size_t k_, stride_;
};

}  // namespace

void add_kmers(orochi::Tokenizers& tokenizers) {
  tokenizers.add<Kmers>("kmers", "each k letters in a row, from every stride-th letter on",
                        {orochi::Option("k", 3, "letters of a token").from(1).to(64),
                         orochi::Option("stride", 1, "letters from one to the next").from(1).to(64)});
}
