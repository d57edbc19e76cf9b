// Tokenizers from outside and those that read files: trained with, resumed with, and loaded again by their
// names in the config.
#include <fstream>

#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "../examples/extensions/codons.cpp"
#include "catch.hpp"
#include "io/checkpoint.hpp"
#include "tokenizers.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// Each byte is its own number: nothing to learn, nothing to keep.
class Bytes : public Tokenizer {
 public:
  explicit Bytes(const Settings&) {}
  void fit(std::span<const std::string_view>, Index) override {}
  Index encode(std::string_view text, Index max_length, std::vector<std::int32_t>& ids) const override {
    for (const char c : text.substr(0, static_cast<std::size_t>(max_length)))
      ids.push_back(1 + static_cast<unsigned char>(c));
    return static_cast<Index>(text.size());
  }
  Index vocabulary_size() const override { return 257; }
  std::string token(std::int32_t id) const override { return std::string(1, static_cast<char>(id - 1)); }
  void save(State&) const override {}
  void load(const State&) override {}
};

TrainRequest request(const Workplace& place, const std::string& run, const std::string& tokenizer) {
  TrainRequest request = place.request(run);
  request.overrides = {"data.tokenizer=" + tokenizer};
  return request;
}

}  // namespace

TEST_CASE("codons train, go on in the same bits, and come back from the checkpoint") {
  const Workplace place("codons");
  Extensions extensions = builtin();
  add_codons(extensions.tokenizers);
  const std::string second = "{type = 'codons', frame = 1, lowercase = false}";
  Silent observer;
  train(request(place, "whole", second), extensions, observer);
  TrainRequest part = request(place, "parts", second);
  part.max_steps = 5;
  train(part, extensions, observer);
  part.max_steps = 0;
  part.resume = true;
  train(part, extensions, observer);
  CHECK(place.bytes("parts/last.h5") == place.bytes("whole/last.h5"));

  const std::string best = (place.root / "whole/best.h5").string();
  const Model model = Model::load(best, extensions);
  CHECK(model.config.data.tokenizer == Component{"codons",
                                                 {{"frame", std::int64_t{1}},
                                                  {"lowercase", false},
                                                  {"min_count", std::int64_t{1}},
                                                  {"vocab_size", std::int64_t{30000}}}});
  const Tokenizer& tokenizer = *model.preprocessing.tokenizer;
  REQUIRE(tokenizer.vocabulary_size() > 50);
  for (std::int32_t id = 1; id < tokenizer.vocabulary_size(); ++id) CHECK(tokenizer.token(id).size() == 3);
  std::vector<std::int32_t> ids;
  CHECK(tokenizer.encode("GATTACA", 9, ids) == 2);
  CHECK(tokenizer.pieces("GATTACA") == std::vector<std::string>{"ATT", "ACA"});
  CHECK_THAT(ending_of(request(place, "other", "codon"), observer, extensions).message,
             Contains("| codons; did you mean \"codons\"?"));
  try {
    Model::load(best, builtin());
    FAIL("a program without codons opened their model");
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    CHECK_THAT(error.what(), Contains("data.tokenizer.type is \"codons\", which this program does not know"));
  }
}

TEST_CASE("a tokenizer that keeps nothing trains and comes back, too") {
  const Workplace place("bytes");
  Extensions extensions = builtin();
  extensions.tokenizers.add<Bytes>("bytes", "each byte");
  Silent observer;
  train(request(place, "run", "bytes"), extensions, observer);
  TrainRequest again = request(place, "run", "bytes");
  again.resume = true;
  CHECK(ending_of(again, observer, extensions).code == 0);
  const Model model = Model::load((place.root / "run/best.h5").string(), extensions);
  CHECK(model.input.vocab_size == 257);
  CHECK_FALSE(CheckpointReader((place.root / "run/best.h5").string()).header().state.contains("tokenizer"));
}

TEST_CASE("tokenizers of pieces train, go on in the same bits, and come back without their files") {
  const Workplace place("pieces");
  std::ofstream(place.root / "vocab.txt") << "[UNK]\na\nc\ng\nt\n##a\n##c\n##g\n##t\n##ac\n##gt\n";
  Silent observer;
  for (const std::string tokenizer :
       {"{type = 'wordpiece', vocabulary = 'vocab.txt'}", "{type = 'kmers', k = 2}",
        "{type = 'bpe', vocab_size = 280}", "{type = 'unigram', vocab_size = 280}"}) {
    INFO(tokenizer);
    fs::remove_all(place.root / "whole");
    fs::remove_all(place.root / "parts");
    train(request(place, "whole", tokenizer), builtin(), observer);
    TrainRequest part = request(place, "parts", tokenizer);
    part.max_steps = 5;
    train(part, builtin(), observer);
    TrainRequest rest;  // by the run's own config, in which the path of the vocabulary is another
    rest.run = (place.root / "parts").string();
    rest.resume = true;
    rest.threads = 2;
    train(rest, builtin(), observer);
    CHECK(place.bytes("parts/last.h5") == place.bytes("whole/last.h5"));

    fs::rename(place.root / "vocab.txt", place.root / "away.txt");
    const Model model = Model::load((place.root / "whole/best.h5").string(), builtin());
    const Model again = Model::load((place.root / "parts/best.h5").string(), builtin());
    fs::rename(place.root / "away.txt", place.root / "vocab.txt");
    std::vector<std::int32_t> ids, same;
    CHECK(model.preprocessing.tokenizer->encode("GATTACA", 99, ids) > 1);
    again.preprocessing.tokenizer->encode("GATTACA", 99, same);
    CHECK(ids == same);
    if (tokenizer.find("wordpiece") != std::string::npos)
      CHECK(ids == std::vector<std::int32_t>{3, 5, 8, 8, 9, 5});  // g ##a ##t ##t ##ac ##a
  }
}
