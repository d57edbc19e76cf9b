// A linear model of texts that is fitted before its encoder is trained.
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>

#include "catch.hpp"
#include "runs.hpp"

using namespace orochi;
using catch_matchers::Contains;
using orochi::testing::message_of;
using orochi::testing::numbers_of;

namespace {

const std::string table = "head.text_features";

/// Texts whose first words tell the label and are so rare that the vocabulary has none of them.
void write_texts(const fs::path& path, int count) {
  std::ofstream file(path);
  for (int i = 0; i < count; ++i)
    file << (i % 2 == 0 ? "good" : "bad") << "\t" << (i % 2 == 0 ? "fine" : "poor") << i << " a b c\n";
}

struct TextsPlace : Workplace {
  explicit TextsPlace(const std::string& name) : Workplace("text-model-" + name) {
    write_texts(root / "train.tsv", 120);
    write_texts(root / "test.tsv", 40);
  }
  TrainRequest with(const std::string& run, std::vector<std::string> overrides = {}, int threads = 1) const {
    TrainRequest request = this->request(run);
    request.overrides = std::move(overrides);
    request.overrides.insert(request.overrides.begin(),
                             {"data.tokenizer={type = \"word\", min_count = 2}", "train.epochs=2"});
    request.threads = threads;
    return request;
  }
  TrainResult trained(const TrainRequest& request) const {
    Silent silent;
    return train(request, builtin(), silent);
  }
  Model model(const std::string& run, const std::string& file = "last.h5") const {
    return Model::load((root / run / file).string());
  }
};

}  // namespace

TEST_CASE("a linear model of texts knows what no token tells") {
  const TextsPlace place("knows");
  CHECK(place.trained(place.with("alone")).test.score < 0.7);
  const TrainResult both = place.trained(place.with("both", {"data.text_features=500"}));
  CHECK(both.test.score == 1);
  const Model model = Model::load(both.model);
  CHECK(model.predict("fine7 a b c").text() == "good");
  CHECK(model.predict("poor8 a b c").text() == "bad");
}

TEST_CASE("a linear model of letters at their places tells texts apart that have the same letters") {
  const TextsPlace place("places");
  std::ofstream(place.root / "train.tsv") << [] {
    std::string lines;
    for (int i = 0; i < 60; ++i) lines += "first\tgaaaaa\nlast\taaaaag\n";
    return lines;
  }();
  fs::copy_file(place.root / "train.tsv", place.root / "test.tsv", fs::copy_options::overwrite_existing);
  std::vector<std::string> settings{"model.positions=none", "data.tokenizer=char"};
  CHECK(place.trained(place.with("alone", settings)).test.score < 0.7);
  settings.insert(settings.end(), {"data.text_features=500", "data.text_places=true"});
  CHECK(place.trained(place.with("places", settings)).test.score == 1);
  CHECK_THAT(message_of(place.with("run", {"data.text_places=true"})), Contains("data.text_features is 0"));
}

TEST_CASE("the encoder beside it is trained as if alone, and the table stays as it was fitted") {
  const TextsPlace place("alone");
  place.trained(place.with("without"));
  place.trained(place.with("with", {"data.text_features=50"}));
  const Model without = place.model("without"), with = place.model("with");
  for (const ParameterView& view : without.classifier->parameters().views())
    CHECK(numbers_of(with, view.name) == numbers_of(without, view.name));
  const std::vector<Scalar> fitted = numbers_of(with, table);
  CHECK(fitted.size() == (50 + 1) * 2);
  for (std::size_t f = 0; f < fitted.size(); f += 2) CHECK(fitted[f] == -fitted[f + 1]);  // of two labels
  CHECK(numbers_of(place.model("with", "best.h5"), table) == fitted);
}

TEST_CASE("it is the same on any number of threads and in a run that was interrupted") {
  const TextsPlace place("same");
  const std::vector<std::string> of_texts{"data.text_features=50"};
  place.trained(place.with("one", of_texts));
  TrainRequest request = place.with("two", of_texts, 2);
  request.max_steps = 3;
  place.trained(request);
  request.max_steps = 0;
  request.resume = true;
  place.trained(request);
  const Model one = place.model("one"), two = place.model("two");
  for (const ParameterView& view : one.classifier->parameters().views())
    CHECK(numbers_of(two, view.name) == numbers_of(one, view.name));
}

TEST_CASE("it says what it is worth by itself, and is fitted again for labels that are added") {
  const TextsPlace place("added");
  Silent silent;
  train(place.with("run", {"data.text_features=500"}), builtin(), silent);
  CHECK_THAT(silent.notes, Contains("validation accuracy 1.0000 by itself"));
  CHECK_THAT(silent.notes, !Contains("train.freeze"));
  std::ofstream more(place.root / "more.tsv");
  for (int i = 0; i < 60; ++i) more << (i % 2 == 0 ? "good\tfine" : "soso\tmedium") << i << " a b c\n";
  more.close();
  TrainRequest further;
  further.from = (place.root / "run").string();
  further.data = (place.root / "more.tsv").string();
  further.run = (place.root / "further").string();
  further.add_labels = true;
  further.overrides = {"train.epochs=1"};
  place.trained(further);
  const Model model = place.model("further");
  CHECK(numbers_of(model, table).size() == (500 + 1) * 3);
  CHECK(model.predict("medium7 a b c").text() == "soso");
}

TEST_CASE("numbers, rows and windows have no linear model of texts") {
  const TextsPlace place("refused");
  CHECK_THAT(message_of(place.with("run", {"data.text_features=50", "data.long=windows"})),
             Contains("data.text_features is of whole texts"));
  CHECK_THAT(message_of(place.with("run", {"data.text_features=50", "task=masked_tokens"})),
             Contains("one answer a sequence"));
  std::ofstream(place.root / "train.tsv") << "1\ta b\n2.5\tc d\n3\ta d\n4\tc b\n5\ta a\n6\tb b\n";
  std::ofstream(place.root / "test.tsv") << "1\ta b\n";
  CHECK_THAT(message_of(place.with("run", {"data.text_features=50", "task=regression"})),
             Contains("but this one has numbers"));
  CHECK_FALSE(fs::exists(place.root / "run"));
}
