// A linear model that is fitted before its encoder is trained.
#include <orochi/extensions.hpp>
#include <orochi/inference.hpp>

#include "catch.hpp"
#include "run/linear_shares.hpp"
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
  explicit TextsPlace(const std::string& name) : Workplace("linear-model-" + name) {
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

/// A run on two threads that was interrupted ends as one on one thread does.
template <class Place>
void check_same_bits(const Place& place, const std::vector<std::string>& overrides) {
  place.trained(place.with("one", overrides));
  TrainRequest request = place.with("two", overrides, 2);
  request.max_steps = 3;
  place.trained(request);
  request.max_steps = 0;
  request.resume = true;
  place.trained(request);
  const Model one = place.model("one"), two = place.model("two");
  for (const ParameterView& view : one.classifier->parameters().views())
    CHECK(numbers_of(two, view.name) == numbers_of(one, view.name));
}

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
  check_same_bits(place, {"data.text_features=50"});
}

TEST_CASE("validation data says how much the linear model counts, also in a run on all data") {
  const TextsPlace place("shares");
  place.trained(place.with("run", {"data.text_features=500", "train.refit=true"}));
  const std::vector<Scalar> shares = numbers_of(place.model("run", "best.h5"), "head.shares");
  REQUIRE(shares.size() == 2);
  CHECK(shares[1] > 1);  // it is right, and the encoder guesses
  CHECK(shares[1] > shares[0]);
  CHECK(numbers_of(place.model("run/refit", "best.h5"), "head.shares") == shares);
  place.trained(place.with("none", {"data.text_features=500", "data.validation_fraction=0"}));
  CHECK(numbers_of(place.model("none", "best.h5"), "head.shares") == std::vector<Scalar>{1, 1});
}

TEST_CASE("the shares answer best, but a few answers move them little") {
  const std::unique_ptr<Task> task = builtin().tasks.make({"classification", {}});
  task->fit(std::vector<std::string>{"a", "b"});
  // The encoder is right in three of four items and far too sure, the linear model in two of four.
  std::vector<Scalar> encoder, linear;
  std::vector<double> targets;
  for (int i = 0; i < 400; ++i) {
    const Scalar right = i % 4 == 0 ? -40 : 40, luck = i % 2 == 0 ? -2 : 2;
    encoder.insert(encoder.end(), {right, 0});
    linear.insert(linear.end(), {luck, 0});
    targets.push_back(0);
  }
  const std::array<Scalar, 2> shares = best_shares(*task, encoder, linear, targets);
  CHECK(shares[0] < Scalar(0.2));
  CHECK(shares[1] < Scalar(0.5));
  encoder.resize(8), linear.resize(8), targets.resize(4);
  CHECK(best_shares(*task, encoder, linear, targets)[0] > shares[0]);
  encoder[0] = std::numeric_limits<Scalar>::quiet_NaN();
  CHECK(best_shares(*task, encoder, linear, targets) == std::array<Scalar, 2>{1, 1});
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
             Contains("data.text_features is of whole sequences"));
  CHECK_THAT(message_of(place.with("run", {"data.text_features=50", "task=masked_tokens"})),
             Contains("one answer a sequence"));
  std::ofstream(place.root / "train.tsv") << "1\ta b\n2.5\tc d\n3\ta d\n4\tc b\n5\ta a\n6\tb b\n";
  std::ofstream(place.root / "test.tsv") << "1\ta b\n";
  CHECK_THAT(message_of(place.with("run", {"data.text_features=50", "task=regression"})),
             Contains("but this one has numbers"));
  CHECK_FALSE(fs::exists(place.root / "run"));
}

namespace {

const std::string series_table = "head.series_features", series_biases = "head.series_biases";

/// Noise with one short pulse anywhere: the label is whether it is a swing.
void write_series(const fs::path& path, int count, const std::string& bump = "bump",
                  const std::string& swing = "swing") {
  std::ofstream file(path);
  file << "@problemName x\n@classLabel true " << bump << " " << swing << "\n@data\n";
  unsigned seed = 7;
  const auto noise = [&] {
    return static_cast<double>((seed = seed * 1664525u + 1013904223u) >> 16) / 65536;
  };
  for (int i = 0; i < count; ++i) {
    const int at = 4 + static_cast<int>(noise() * 30);
    for (int t = 0; t < 40; ++t) {
      const double pulse = t == at || t == at + 1 ? 3 * (t == at || i % 2 == 0 ? 1 : -1) : 0;
      file << (t == 0 ? "" : ",") << noise() / 4 + pulse;
    }
    file << ":" << (i % 2 == 0 ? bump : swing) << "\n";
  }
}

struct SeriesPlace : Workplace {
  explicit SeriesPlace(const std::string& name) : Workplace("series-model-" + name) {
    write_series(root / "train.ts", 120);
    write_series(root / "test.ts", 40);
    std::ofstream(root / "series.toml") << R"([data]
train = "train.ts"
test = "test.ts"
format = "ts"
max_length = 40
[model]
d_model = 8
num_layers = 1
num_heads = 2
dim_feedforward = 8
[train]
epochs = 2
batch_size = 16
)";
  }
  TrainRequest with(const std::string& run, std::vector<std::string> overrides = {}, int threads = 1) const {
    TrainRequest request;
    request.config_path = (root / "series.toml").string();
    request.run = (root / run).string();
    request.overrides = std::move(overrides);
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

const std::vector<std::string> of_series{"data.series_features=1000"};

}  // namespace

TEST_CASE("a linear model of series knows what an encoder has not learned") {
  const SeriesPlace place("knows");
  CHECK(place.trained(place.with("alone")).test.score < 0.8);
  CHECK(place.trained(place.with("both", of_series)).test.score > 0.9);
}

TEST_CASE(
    "the encoder beside a linear model of series is trained as if alone, and its numbers stay as fitted") {
  const SeriesPlace place("series-alone");
  place.trained(place.with("without"));
  place.trained(place.with("with", {"data.series_features=1000", "train.swa_start=0.5"}));
  place.trained(place.with("last", {"data.series_features=1000", "train.epochs=1"}));
  const Model with = place.model("with"), last = place.model("last");
  CHECK(numbers_of(with, series_biases).size() == 924);
  CHECK(numbers_of(with, series_table).size() == 925 * 2);
  for (const std::string& name : {series_biases, series_table}) {
    CHECK(numbers_of(last, name) == numbers_of(with, name));
    CHECK(numbers_of(place.model("with", "best.h5"), name) == numbers_of(with, name));
  }
  place.trained(place.with("plain", of_series));
  const Model without = place.model("without"), plain = place.model("plain");
  for (const ParameterView& view : without.classifier->parameters().views())
    CHECK(numbers_of(plain, view.name) == numbers_of(without, view.name));
}

TEST_CASE(
    "of series it is the same on any number of threads, in a run that was interrupted, and in one of "
    "several") {
  const SeriesPlace place("series-same");
  check_same_bits(place, of_series);
}

TEST_CASE("texts, numbers, rows, windows and too many series have no linear model of series") {
  const SeriesPlace place("series-refused");
  CHECK_THAT(message_of(place.with("run", {"data.series_features=1000", "data.long=windows"})),
             Contains("data.series_features is of whole sequences"));
  CHECK_THAT(message_of(place.with("run", {"data.series_features=1000", "task=masked_rows"})),
             Contains("one answer a sequence"));
  CHECK_THAT(message_of(place.with("run", {"data.text_features=1000"})),
             Contains("data.text_features is for texts"));
  CHECK_THAT(message_of(place.with("run", {"data.series_features=1000000"})),
             Contains("at most 185185 features of 108 series"));
  write_series(place.root / "train.ts", 20, "1.5", "2");
  write_series(place.root / "test.ts", 20, "1.5", "2");
  CHECK_THAT(message_of(place.with("run", {"data.series_features=1000", "task=regression"})),
             Contains("but this one has numbers"));
  const TextsPlace texts("series-refused-texts");
  CHECK_THAT(message_of(texts.with("run", {"data.series_features=1000"})),
             Contains("data.series_features is for numeric rows"));
}
