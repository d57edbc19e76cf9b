// The loop over a run folder: interrupted anywhere, resumed, refused.
#include <cmath>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "tasks.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;

namespace {

std::string message_of(const TrainRequest& request) {
  Silent observer;
  try {
    train(request, builtin(), observer);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("position times letter is learned with either kind of positions, not without") {
  const Workplace place("positions");
  Silent observer;
  for (const char* positions : {"learned", "sinusoidal", "none"}) {
    TrainRequest request = place.request(positions);
    request.overrides = {"train.epochs=30", std::string("model.positions=") + positions};
    const double accuracy = train(request, builtin(), observer).test.figures.values[0];
    INFO(positions << " " << accuracy);
    CHECK((accuracy >= 0.95) == (std::string(positions) != "none"));
  }
}

TEST_CASE("a run's folder is complete") {
  const Workplace place("folder");
  TrainRequest request = place.request("run");
  Silent observer;
  const TrainResult result = train(request, builtin(), observer);
  CHECK(result.finished);
  CHECK(result.tested);
  CHECK(observer.records.size() == 4);
  for (const char* name :
       {"config.toml", "metrics.csv", "metrics.jsonl", "last.h5", "last-1.h5", "best.h5", "environment.json"})
    CHECK(fs::exists(place.root / "run" / name));
  const Model model = Model::load((place.root / "run/best.h5").string(), builtin());
  CHECK(labels_of(*model.task) == std::vector<std::string>{"no", "yes"});
  CHECK(model.config.data.test == "../test.tsv");
  CHECK(model.progress.best_step == static_cast<std::int64_t>(result.best_step));
}

TEST_CASE("a run resumed at any step ends in the same bits") {
  const Workplace place("resume");
  Silent observer;
  const TrainResult whole = train(place.request("whole"), builtin(), observer);
  REQUIRE(whole.finished);
  REQUIRE(whole.steps == 16);  // 128 sequences, 4 updates an epoch
  for (Index stop = 1; stop < 16; ++stop) {
    const std::string run = "part" + std::to_string(stop);
    TrainRequest request = place.request(run);
    request.max_steps = stop;
    CHECK_FALSE(train(request, builtin(), observer).finished);
    request.max_steps = 0;
    request.config_path.clear();
    request.resume = true;
    request.threads = 1;
    CHECK(train(request, builtin(), observer).finished);
    INFO("stopped at " << stop);
    CHECK(place.bytes(run + "/last.h5") == place.bytes("whole/last.h5"));
    CHECK(place.bytes(run + "/best.h5") == place.bytes("whole/best.h5"));
  }
}

TEST_CASE("the loop's settings do what they say") {
  const Workplace place("settings");
  Silent observer;
  SECTION("max_steps ends the run") {
    TrainRequest request = place.request("run");
    request.overrides = {"train.max_steps=6"};
    const TrainResult result = train(request, builtin(), observer);
    CHECK(result.finished);
    CHECK(result.steps == 6);
  }
  SECTION("without validation data best.h5 is the last epoch's, and its figures stay empty") {
    TrainRequest request = place.request("run");
    request.overrides = {"data.validation_fraction=0"};
    request.max_steps = 8;
    train(request, builtin(), observer);
    request.max_steps = 0;
    request.resume = true;
    const TrainResult result = train(request, builtin(), observer);
    CHECK_FALSE(result.validated);
    CHECK(result.best_step == result.steps);
    CHECK(place.bytes("run/metrics.csv").find(",,,,") != std::string::npos);
    CHECK(place.bytes("run/metrics.jsonl").find("\"validation_loss\":0") == std::string::npos);
  }
  SECTION("patience stops early") {
    TrainRequest request = place.request("run");
    request.overrides = {"train.patience=2", "train.epochs=40", "train.learning_rate=1e-9"};
    const TrainResult result = train(request, builtin(), observer);
    CHECK(result.finished);
    CHECK(observer.records.size() == 3);
    CHECK(observer.notes.find("stopping early") != std::string::npos);
  }
  SECTION("balanced class weights, smoothing, sgd and adam train") {
    for (const char* optimizer : {"sgd", "adam"}) {
      TrainRequest request = place.request(optimizer);
      request.overrides = {std::string("train.optimizer=") + optimizer, "task.class_weights=balanced",
                           "task.label_smoothing=0.1", "train.epochs=6"};
      train(request, builtin(), observer);
      CHECK(observer.losses.back() < 0.69);
    }
  }
  SECTION("micro-batches give the update of the batch they are cut from") {
    std::vector<double> losses[2];
    for (const int micro : {1, 2}) {
      TrainRequest request = place.request("micro" + std::to_string(micro));
      request.overrides = {"train.batch_size=" + std::to_string(32 / micro),
                           "train.gradient_accumulation_steps=" + std::to_string(micro),
                           "train.optimizer=sgd",
                           "train.learning_rate=0.1",
                           "train.max_grad_norm=0",
                           "data.validation_fraction=0.25"};  // 120 sequences: the last update has 16 + 8
      Silent own;
      train(request, builtin(), own);
      losses[micro - 1] = own.losses;
    }
    REQUIRE(losses[0].size() == 16);
    REQUIRE(losses[1].size() == 16);
    for (std::size_t step = 0; step < 16; ++step)
      CHECK_THAT(losses[1][step], catch_matchers::WithinRel(losses[0][step], 1e-4));
  }
  SECTION("each epoch has every sequence, in an order of its own") {
    TrainRequest request = place.request("run");
    request.overrides = {"train.epochs=2", "train.learning_rate=1e-30", "model.dropout=0",
                         "model.attention_dropout=0"};  // a loss then depends on its sequences alone
    train(request, builtin(), observer);
    REQUIRE(observer.losses.size() == 8);
    for (std::size_t step = 0; step < 4; ++step) CHECK(observer.losses[step] != observer.losses[step + 4]);
    CHECK_THAT(observer.records[1].train_loss,
               catch_matchers::WithinRel(observer.records[0].train_loss, 1e-6));
  }
  SECTION("a wild learning rate ends in the diverged exit code, the last checkpoint whole") {
    TrainRequest request = place.request("run");
    request.overrides = {"train.optimizer=sgd", "train.learning_rate=1e30", "train.max_grad_norm=0"};
    try {
      train(request, builtin(), observer);
      FAIL("did not diverge");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::diverged);
      CHECK(std::string(error.what()).find("training diverged at step") == 0);
    }
  }
}

TEST_CASE("best.h5 is the epoch that train.monitor likes best, and the one that is tested") {
  const Workplace place("best");
  std::uint64_t best_steps[2] = {};
  for (const bool by_loss : {false, true}) {
    TrainRequest request = place.request(by_loss ? "loss" : "accuracy");
    request.overrides = {"train.epochs=16", "train.learning_rate=0.1",
                         by_loss ? "train.monitor=loss" : "train.monitor=accuracy"};
    Silent observer;
    const TrainResult result = train(request, builtin(), observer);
    const auto value = [&](const EpochRecord& r) { return by_loss ? -r.validation[0] : r.validation[1]; };
    EpochRecord best = observer.records.front();
    for (const EpochRecord& record : observer.records)
      if (value(record) >= value(best)) best = record;  // of equals the last
    CHECK(result.best_step == best.step);
    CHECK(result.best_metric == std::abs(value(best)));
    best_steps[by_loss] = best.step;

    for (const char* name : {"best.h5", "last.h5"}) {
      const Model trained = Model::load(result.run + "/" + name, builtin());
      std::vector<std::string> notes;
      const Sequences test = load_file(trained.config.data, builtin_readers(), trained.preprocessing,
                                       *trained.task, (place.root / "test.tsv").string(), notes)
                                 .sequences;
      Inference inference(*trained.classifier, trained.config.train.kernels, 1);
      const double loss = evaluate(inference, *trained.task, test).metrics.loss;
      INFO(name);
      CHECK((loss == result.test.loss) == (std::string(name) == "best.h5" || best.step == result.steps));
    }
  }
  CHECK(best_steps[0] != best_steps[1]);  // the loss rises while the accuracy stays
}

TEST_CASE("folders that are in the way are refused with the ways out") {
  const Workplace place("folders");
  Silent observer;
  TrainRequest request = place.request("run");
  request.max_steps = 3;
  train(request, builtin(), observer);
  CHECK(message_of(request).find(
            "holds a run already; go on with it by --resume, replace it by --overwrite, or choose another") !=
        std::string::npos);
  request.resume = true;
  request.overrides = {"model.num_heads=4"};
  CHECK(message_of(request).find("model.num_heads: 2 -> 4") != std::string::npos);
  request.overrides = {"train.epochs=5"};
  request.max_steps = 5;
  CHECK(message_of(request).empty());
  request.run = (place.root / "none").string();
  CHECK(message_of(request).find("holds no last.h5 to resume from") != std::string::npos);
  request.config_path.clear();
  CHECK(message_of(request).starts_with(request.run + ": error: no such run or checkpoint; "));
}

TEST_CASE("a file that is no run's, but called so, is not written over") {
  const Workplace place("own-files");
  for (const char* name : {"config.toml", "environment.json", "metrics.csv", "last-1.h5"}) {
    fs::create_directories(place.root / "own");
    std::ofstream(place.root / "own" / name) << "mine";
    TrainRequest request = place.request("own");
    for (const bool overwrite : {false, true}) {
      request.overwrite = overwrite;
      CHECK(message_of(request).find(std::string("has a ") + name + ", which training would write over") !=
            std::string::npos);
    }
    request.overwrite = false, request.resume = true;
    CHECK_FALSE(message_of(request).empty());
    CHECK(fs::file_size(place.root / "own" / name) == 4);
    fs::remove_all(place.root / "own");
  }
  std::ofstream(place.root / "lock") << "";  // of a run that was killed as it began
  std::ofstream(place.root / "environment.json") << "{}";
  CHECK(message_of(place.request(".")).empty());
}

TEST_CASE("folders that cannot be looked into are an error like any other") {
  const Workplace place("loop");
  fs::create_symlink("loop", place.root / "loop");  // to root, too, the system refuses it
  const std::string reason = "Too many levels of symbolic links; ";
  TrainRequest request = place.request("loop/run");
  for (const bool resume : {false, true}) {
    request.resume = resume;
    CHECK(message_of(request) ==
          "cannot look into the run folder " + request.run + ": " + reason + "choose another with --run DIR");
  }
  request = place.request("run");
  request.config_path = (place.root / "loop/small.toml").string();
  CHECK(message_of(request) ==
        request.config_path + ": error: cannot be opened: " + reason + "give the path of a TOML file");
}

TEST_CASE("data is found again from a run folder behind a link") {
  const Workplace place("link");
  Silent observer;
  fs::create_directories(place.root / "elsewhere/deep/er");
  fs::create_directories(place.root / "configs/sets");
  fs::create_symlink(place.root / "elsewhere/deep/er", place.root / "runs");
  fs::create_symlink(place.root / "configs/sets", place.root / "sets");
  fs::rename(place.root / "test.tsv", place.root / "configs/sets/test.tsv");
  TrainRequest request = place.request("runs/a");
  const std::string test = "sets/../sets/test.tsv";  // configs/sets/test.tsv
  request.overrides = {"data.test=" + test};
  request.max_steps = 5;
  REQUIRE(message_of(request).empty());
  request.config_path.clear();
  request.overrides.clear();
  request.resume = true;
  request.max_steps = 9;
  CHECK(message_of(request).empty());
  request.config_path = (place.root / "small.toml").string();  // the same paths, not a change
  request.overrides = {"data.test=" + test};
  request.max_steps = 0;
  CHECK(message_of(request).empty());
  const Model model = Model::load((place.root / "runs/a/best.h5").string(), builtin());
  CHECK(model.config.data.train == "../../../../train.tsv");
  CHECK(model.config.data.test == "../../../../" + test);
}

TEST_CASE("metrics files hold each epoch once after a resume") {
  const Workplace place("metrics");
  Silent observer;
  TrainRequest request = place.request("run");
  request.max_steps = 10;  // in the third epoch
  train(request, builtin(), observer);
  request.max_steps = 0;
  request.resume = true;
  train(request, builtin(), observer);
  const std::string csv = place.bytes("run/metrics.csv"), lines = place.bytes("run/metrics.jsonl");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4);
  CHECK(csv.substr(0, 25) == "epoch,step,learning_rate,");
}
