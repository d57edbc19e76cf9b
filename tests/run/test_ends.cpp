// Settings, data and lengths of runs at their ends: each trains, or says why not.
#include <cmath>

#include "catch.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

TEST_CASE("settings at their ends train, or say why not") {
  const Workplace place("ends");
  int run = 0;
  const auto ending = [&](std::vector<std::string> overrides) {
    Silent observer;
    TrainRequest request = place.request("run" + std::to_string(run++));
    request.overrides = std::move(overrides);
    const Ending result = ending_of(request, observer, builtin());
    for (const double loss : observer.losses) CHECK(std::isfinite(loss));
    return result;
  };
  CHECK(ending({"task.class_weights=[1e-30, 1e30]"}).code == 0);
  CHECK(ending({"task.class_weights=[1e-30, 1e-30]"}).code == 0);
  CHECK(ending({"task.label_smoothing=0.999999"}).code == 0);
  CHECK(ending({"train.learning_rate=1e-300"}).code == 0);
  CHECK(ending({"train.learning_rate=1e30"}).code == 3);
  CHECK(ending({"data.max_length=1"}).code == 0);
  CHECK(ending({"train.batch_size=1", "train.gradient_accumulation_steps=1", "train.epochs=1"}).code == 0);
  CHECK(ending({"train.batch_size=2147483647", "train.gradient_accumulation_steps=2147483647"}).code == 0);
  CHECK(ending({"train.shards=1024", "train.chunk_rows=1"}).code == 0);
  CHECK(ending({"model.dropout=0.999999", "model.attention_dropout=0.999999"}).code == 0);
  CHECK(ending({"model.layer_norm_eps=1e30"}).code == 0);
  CHECK(ending({"model.layer_norm_eps=1e-30"}).code == 0);
  CHECK(ending({"train.optimizer.epsilon=1e-30"}).code == 0);
  CHECK(ending({"train.optimizer.epsilon=1e-300"}).code == 2);
  CHECK(ending({"train.optimizer.weight_decay=1e30"}).code == 3);
}

TEST_CASE("data at its ends trains") {
  const Workplace place("data-ends");
  const auto train_on = [&](const std::string& name, const std::string& text,
                            std::vector<std::string> overrides) {
    std::ofstream(place.root / (name + ".tsv")) << text;
    TrainRequest request = place.request(name);
    request.overrides = std::move(overrides);
    request.overrides.insert(request.overrides.end(),
                             {"data.train=" + name + ".tsv", "data.test=", "train.epochs=1"});
    Silent observer;
    const Ending ending = ending_of(request, observer, builtin());
    INFO(name << ": " << ending.message);
    CHECK(ending.code == 0);
    for (const double loss : observer.losses) CHECK(std::isfinite(loss));
  };
  std::string text;
  for (int i = 0; i < 20; ++i) text += i % 2 == 0 ? "yes\ta\n" : "no\ta\n";
  train_on("one-word", text, {});
  text = "yes\t" + std::string(100000, 'a') + "\nno\t" + std::string(100000, 'b') + "\nyes\tab\nno\tba\n";
  train_on("long", text,
           {"data.max_length=100000", "model.block=[\"feed_forward\"]", "data.validation_fraction=0"});
  train_on("longest-by-default", text, {"data.max_length=4000", "data.validation_fraction=0"});
  text.clear();
  for (int i = 0; i < 20000; ++i) text += "class" + std::to_string(i % 10000) + "\tab\n";
  train_on("10000-classes", text, {"data.validation_fraction=0", "train.batch_size=1000"});
}

TEST_CASE("a resumed run is told what its numbers of epochs and steps come to") {
  const Workplace place("lengths");
  Silent observer;
  TrainRequest request = place.request("run");
  request.overrides = {"train.epochs=3"};
  const Ending whole = ending_of(request, observer, builtin());
  REQUIRE(whole.code == 0);
  request.resume = true;
  request.overrides = {"train.epochs=2"};
  const Ending fewer = ending_of(request, observer, builtin());
  CHECK(fewer.code == 2);
  CHECK_THAT(fewer.message,
             Contains("train.epochs is 2, but ") && Contains("last.h5 is in epoch 3; give 3 or more"));
  request.overrides = {"train.epochs=4"};
  request.max_steps = 1;
  CHECK(ending_of(request, observer, builtin()).code == 0);
  CHECK_THAT(observer.notes, Contains("already: --max-steps 1 leaves nothing to do"));
}

TEST_CASE("a run goes on with its data in another place") {
  const Workplace place("moved");
  Silent observer;
  TrainRequest request = place.request("run");
  request.max_steps = 2;
  REQUIRE(ending_of(request, observer, builtin()).code == 0);
  fs::create_directories(place.root / "elsewhere");
  fs::rename(place.root / "train.tsv", place.root / "elsewhere/train.tsv");
  request.config_path.clear();
  request.resume = true;
  request.max_steps = 0;
  CHECK_THAT(ending_of(request, observer, builtin()).message, Contains("there is no file"));
  request.overrides = {"data.train=../elsewhere/train.tsv"};
  const Ending found = ending_of(request, observer, builtin());
  CHECK(found.message == "");
  CHECK_THAT(observer.notes, Contains("data.train changed: "));
}

TEST_CASE("a resumed run names a model that gives one answer to everything, too") {
  const Workplace place("one-answer");
  Silent whole, first, second;
  TrainRequest request = place.request("whole");
  request.overrides = {"train.learning_rate=1e-30", "train.epochs=2", "model.block=[]", "data.train=one.tsv",
                       "data.test="};
  std::string text;  // nothing in it tells the labels apart
  for (int i = 0; i < 40; ++i) text += i % 4 == 0 ? "yes\tA\n" : "no\tA\n";
  std::ofstream(place.root / "one.tsv") << text;
  REQUIRE(ending_of(request, whole, builtin()).message == "");
  const std::string note = "on the validation data the model gives one answer to everything";
  CHECK_THAT(whole.notes, Contains(note));
  CHECK_THAT(whole.notes, Contains("the validation data is only 8 sequences"));
  request.run = (place.root / "run").string();
  request.max_steps = 1;  // an epoch, the best one
  REQUIRE(ending_of(request, first, builtin()).message == "");
  CHECK_THAT(first.notes, !Contains(note));
  request.resume = true;
  request.max_steps = 0;
  REQUIRE(ending_of(request, second, builtin()).message == "");
  CHECK_THAT(second.notes, Contains(note));
}
