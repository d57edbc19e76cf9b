#include "data/tokenizers/pieces.hpp"

#include "data/tokenizers/tokenizers.hpp"

namespace orochi {
namespace {

std::vector<Option> piece_options() {
  return {
      Option("vocab_size", 8000,
             "pieces: the unknown one, 256 bytes, the texts' characters, then what is frequent; fewer where "
             "the texts have no more")
          .from(fixed_pieces + 1)
          .to(1e6),
      Option("lowercase", true, "fold case before looking pieces up; a model says itself"),
      Option("model", "",
             "a SentencePiece .model, or Hugging Face's tokenizer.json (by the ending .json), to read in "
             "place "
             "of learning one; needed to train, not after it; relative to the config's folder")
          .path()};
}

}  // namespace

void add_pieces(Tokenizers& tokenizers, MakePieces make) {
  const auto add = [&](const std::string& name, const std::string& summary,
                       std::unique_ptr<Tokenizer> (*make_from_json)(const Settings&)) {
    tokenizers.add({name, summary, piece_options(), [=](const Settings& settings) {
                      return settings.word("model").ends_with(".json") ? make_from_json(settings)
                                                                       : make(name, settings);
                    }});
  };
  add("bpe", "pieces of words, learned by merging frequent pairs (byte-pair encoding)", make_byte_pairs);
  add("unigram", "pieces of words, learned as the likeliest (unigram language model)", make_unigram_pieces);
}

}  // namespace orochi
