// Embeddings that start as vectors which others have learned.
#include <fmt/format.h>

#include <orochi/extensions.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "runs.hpp"

using namespace orochi;
using catch_matchers::Contains;
using orochi::testing::notes_of;

namespace {

/// The workplace with vectors of t, g and n, 16 numbers each; its vocabulary has a, c, g and t.
struct VectorsPlace : Workplace {
  explicit VectorsPlace(const std::string& name) : Workplace("vectors-" + name) {
    std::ofstream file(path("v.vec"));
    file << "3 16\n";
    for (const char word : {'t', 'g', 'n'}) {
      file << word;
      for (int k = 0; k < 16; ++k) file << ' ' << word + 0.25 * k;
      file << "\n";
    }
  }
  std::string path(const std::string& file) const { return (root / file).string(); }
  TrainRequest with(const std::string& run, std::vector<std::string> overrides) const {
    TrainRequest request = this->request(run);
    request.overrides = std::move(overrides);
    return request;
  }
  std::string message(std::vector<std::string> overrides) const {
    Silent silent;
    const Ending ending = ending_of(with("refused", std::move(overrides)), silent, builtin());
    CHECK(ending.code == 2);
    CHECK_FALSE(fs::exists(root / "refused"));
    return ending.message;
  }
};

/// The embedding of a token, after training.
std::vector<Scalar> embedding(const Model& model, const std::string& token) {
  const Index columns = model.classifier->parameters().views()[0].shape.back();
  REQUIRE(model.classifier->parameters().views()[0].name == "embedding.weight");
  for (Index id = 0; id < model.preprocessing.vocabulary_size(); ++id)
    if (model.preprocessing.token(static_cast<std::int32_t>(id)) == token) {
      const Scalar* row = std::as_const(*model.classifier).parameters().data() +
                          model.classifier->parameters().views()[0].offset + id * columns;
      return {row, row + columns};
    }
  return {};
}

}  // namespace

TEST_CASE("embeddings start as vectors of their tokens and stay so where they are frozen", "[word_vectors]") {
  const VectorsPlace place("frozen");
  const std::string notes =
      notes_of(place.with("run", {"data.word_vectors=v.vec", "train.freeze=[\"embedding\"]"}));
  CHECK_THAT(notes, Contains("word vectors of 2 of the 5 tokens of the vocabulary (40.0 %), which are "));
  const Model model = Model::load(place.path("run/best.h5"));
  for (const char word : {'t', 'g'}) {
    std::vector<Scalar> expected;
    for (int k = 0; k < 16; ++k) expected.push_back(static_cast<Scalar>(word + 0.25 * k));
    CHECK(embedding(model, std::string(1, word)) == expected);
  }
  CHECK(std::abs(embedding(model, "a").at(0)) < 1);
  CHECK(model.config.data.word_vectors == "../v.vec");

  // Of a model's embeddings, by token: the data of the other has a letter more.
  std::ofstream more(place.root / "train.tsv", std::ios::app);
  for (int i = 1; i < 9; ++i) more << "yes\t" << std::string(static_cast<std::size_t>(i), 'B') << "\n";
  more.close();
  notes_of(place.with("second", {"data.word_vectors=run", "train.freeze=[\"embedding\"]"}));
  const Model second = Model::load(place.path("second/best.h5"));
  CHECK(embedding(second, "b").size() == 16);
  for (const char* token : {"a", "c", "g", "t"}) CHECK(embedding(second, token) == embedding(model, token));
}

TEST_CASE("a run that has begun with vectors resumes without them, to the same bits", "[word_vectors]") {
  const VectorsPlace place("resume");
  notes_of(place.with("whole", {"data.word_vectors=v.vec"}));
  TrainRequest part = place.with("part", {"data.word_vectors=v.vec"});
  part.max_steps = 3;
  notes_of(part);
  fs::remove(place.root / "v.vec");
  TrainRequest resumed;
  resumed.run = place.path("part");
  resumed.resume = true;
  notes_of(resumed);
  CHECK((place.bytes("part/last.h5") == place.bytes("whole/last.h5")));
  notes_of(place.with("more", {"data.word_vectors="}));  // what is trained on does not look for them
  TrainRequest more;
  more.from = place.path("whole/best.h5");
  more.data = place.path("train.tsv");
  more.run = place.path("further");
  CHECK_THAT(notes_of(more), !Contains("vectors of"));
}

TEST_CASE("best.h5 has no moments: a run goes on from last.h5", "[word_vectors]") {
  const VectorsPlace place("size");
  notes_of(place.with("run", {}));
  const auto best = fs::file_size(place.root / "run/best.h5"),
             last = fs::file_size(place.root / "run/last.h5");
  const Index numbers = Model::load(place.path("run/best.h5")).classifier->parameters().count();
  CHECK(last - best > 2 * sizeof(float) * static_cast<std::size_t>(numbers));
}

TEST_CASE("vectors that do not go with the model are refused", "[word_vectors]") {
  const VectorsPlace place("refused");
  CHECK_THAT(
      place.message({"data.word_vectors=v.vec", "model.d_model=32"}),
      Contains("v.vec: the vectors have 16 numbers, but the embeddings 32; set model.embedding_dim = 16"));
  CHECK_THAT(place.message({"data.word_vectors=none.vec"}), Contains("none.vec: error: no such file"));
  std::ofstream(place.root / "other.vec") << "Z 1 2 3\n";
  CHECK_THAT(place.message({"data.word_vectors=other.vec", "model.embedding_dim=3"}),
             Contains("other.vec: there is no vector of any of the 5 tokens of the vocabulary"));
  CHECK_THAT(
      place.message({"data.word_vectors=v.vec", "train.from=run"}),
      Contains("data.word_vectors is \"v.vec\", but the embeddings start as those of a checkpoint, which "
               "train.from names"));
}
