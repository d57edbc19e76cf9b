// Runs that go together: train.refit, and several seeds as one model.
#include <cmath>
#include <functional>
#include <set>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>

#include "catch.hpp"
#include "inference/model_file.hpp"
#include "io/checkpoint.hpp"
#include "run/start.hpp"
#include "runs.hpp"
#include "tasks.hpp"

using namespace orochi;
using namespace orochi::testing;
using catch_matchers::Contains;

namespace {

CheckpointHeader header_of_file(const fs::path& path) { return CheckpointReader(path.string()).header(); }

/// Trains with steps left off at and resumed; without `stop` at once.
TrainResult trained(const Workplace& place, const std::string& run, const std::vector<std::string>& overrides,
                    Index stop = 0) {
  Silent silent;
  TrainRequest request = place.request(run);
  request.overrides = overrides;
  request.max_steps = stop;
  const TrainResult result = train(request, builtin(), silent);
  if (stop == 0) return result;
  CHECK_FALSE(result.finished);
  request.max_steps = 0;
  request.resume = true;
  request.threads = 1;
  return train(request, builtin(), silent);
}

/// Outputs [B, K] for the test file.
std::vector<Scalar> outputs_of(const Workplace& place, const std::string& checkpoint) {
  const Model model = Model::load(checkpoint, builtin());
  std::vector<std::string> notes;
  const Sequences data = load_file(model.config.data, model.extensions.readers, model.preprocessing,
                                   *model.task, (place.root / "test.tsv").string(), notes)
                             .sequences;
  std::vector<std::uint32_t> samples;
  Inference inference(model, 2);
  const std::span<const Scalar> outputs = inference.outputs(as_batch(data, samples));
  return {outputs.begin(), outputs.end()};
}

SeedsResult seeds(const Workplace& place, const std::string& run, int count, std::function<bool()> stop = {},
                  const std::vector<std::string>& overrides = {}) {
  Silent silent;
  TrainRequest request = place.request(run);
  request.stop = std::move(stop);
  request.overrides = overrides;
  request.resume = true;  // as far as runs are there
  return train_seeds(request, count, builtin(), silent);
}

}  // namespace

TEST_CASE("a run with averaged parameters resumed at any step ends in the same bits") {
  const Workplace place("average");
  for (const std::string key : {"train.ema_decay=0.8", "train.swa_start=0.5"}) {
    const std::string whole = key.substr(6, 3);
    trained(place, whole, {key});
    for (const Index stop : {1, 4, 7, 12}) {
      INFO(key << " " << stop);
      const std::string run = whole + std::to_string(stop);
      trained(place, run, {key}, stop);
      CHECK(place.bytes(run + "/last.h5") == place.bytes(whole + "/last.h5"));
      CHECK(place.bytes(run + "/best.h5") == place.bytes(whole + "/best.h5"));
    }
    const Model last = Model::load((place.root / whole / "last.h5").string(), builtin()),
                best = Model::load((place.root / whole / "best.h5").string(), builtin());
    CHECK(numbers_of(last, "head.weight") != numbers_of(best, "head.weight"));
  }
}

TEST_CASE("refit trains on all data, as many epochs as were best") {
  const Workplace place("refit");
  for (const bool has_file : {false, true}) {
    INFO(has_file);
    std::vector<std::string> settings{"train.refit=true"};
    if (has_file) {
      write_data(place.root / "validation.tsv", 40, 3);
      settings.insert(settings.end(), {"data.validation=validation.tsv", "data.validation_fraction=0"});
    }
    const std::string run = has_file ? "file" : "share";
    const TrainResult result = trained(place, run, settings);
    CHECK(result.finished);
    CHECK(result.model == (place.root / run / "refit/best.h5").string());
    CHECK(result.model == checkpoint_at((place.root / run).string()));
    CHECK(header_of_file(result.model).progress.epoch == result.best_epoch);
    CHECK(header_of_file(place.root / run / "best.h5").progress.epoch == result.best_epoch);
    DataConfig all;
    all.train = has_file ? Paths{"train.tsv", "validation.tsv"} : Paths("train.tsv");
    all.validation_fraction = 0;
    all.tokenizer.type = "char";
    all.max_length = 9;
    const LoadedData data =
        load_data(all, place.root.string(), 1, builtin_readers(), builtin_tokenizers(), *new_task());
    CHECK(header_of_file(result.model).train_checksum == checksum(data.train));
    for (const Index stop : {2, 5}) {  // in the first run, and in both
      const std::string part = run + std::to_string(stop);
      Silent silent;
      TrainRequest request = place.request(part);
      request.overrides = settings;
      for (request.max_steps = stop; !train(request, builtin(), silent).finished; request.max_steps += stop)
        request.resume = true;
      CHECK(place.bytes(part + "/refit/best.h5") == place.bytes(run + "/refit/best.h5"));
    }
  }
}

TEST_CASE("several seeds share a split, and their mean is one model") {
  const Workplace place("seeds");
  const SeedsResult result = seeds(place, "all", 3);
  REQUIRE(result.finished);
  REQUIRE(result.members.size() == 3);
  std::vector<double> sum;  // of the members' outputs
  std::set<std::string> validation;
  for (const TrainResult& member : result.members) {
    validation.insert(header_of_file(member.model).validation_checksum);
    const std::vector<Scalar> outputs = outputs_of(place, member.model);
    sum.resize(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) sum[i] += static_cast<double>(outputs[i]);
  }
  CHECK(validation.size() == 1);
  const std::vector<Scalar> found = outputs_of(place, result.model);
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(found[i]) - sum[i] / 3));
  CHECK(worst < 1e-5);
  CHECK(result.test.sequences == 60);
  CHECK(result.validation.sequences == 32);
  CHECK(outputs_of(place, result.members[0].model) != outputs_of(place, result.members[1].model));
}

TEST_CASE("several seeds go on after an interruption, to the same bits") {
  const Workplace place("seeds-resume");
  seeds(place, "whole", 2);
  for (const int steps : {3, 20}) {  // in the first run, in the second one
    const std::string run = "part" + std::to_string(steps);
    int left = steps;
    const SeedsResult part = seeds(place, run, 2, [&left] { return --left < 0; });
    CHECK_FALSE(part.finished);
    CHECK(seeds(place, run, 2).finished);
    CHECK(place.bytes(run + "/best.h5") == place.bytes("whole/best.h5"));
  }
}

TEST_CASE("runs of several seeds are not gone on with by another config") {
  const Workplace place("seeds-config");
  seeds(place, "all", 2);
  CHECK_THROWS_WITH(seeds(place, "all", 2, {}, {"train.epochs=6"}),
                    Contains("train.epochs: 4 -> 6") && Contains("--run DIR"));
  CHECK_THROWS_WITH(seeds(place, "all", 2, {}, {"model.d_model=8"}), Contains("model.d_model: 16 -> 8"));
}

TEST_CASE("what several members have no answer to is refused") {
  const Workplace place("members");
  const SeedsResult result = seeds(place, "all", 2);
  const Model model = Model::load(result.model, builtin());
  CHECK(model.config.model.members == 2);
  CHECK_THROWS_WITH(require_one_member(model), Contains("mean of 2 members"));
  CHECK_THROWS_WITH(without_head(Model::load(result.model, builtin())), Contains("seed-1"));
  TrainRequest request = place.request("further");
  request.overrides = {"train.from=all/best.h5"};
  CHECK_THAT(message_of(request), Contains("members"));
  request.overrides = {"model.members=2"};
  CHECK_THAT(message_of(request), Contains("--seeds 2"));
  trained(place, "one", {});
  CHECK_THROWS_WITH(seeds(place, "one", 2), Contains("holds a single run"));
}

TEST_CASE("a member that was trained on other data is not averaged") {
  const Workplace place("members-data");
  seeds(place, "all", 2);
  fs::remove(place.root / "all/best.h5");
  fs::remove_all(place.root / "all/seed-43");
  write_data(place.root / "train.tsv", 160, 9);
  CHECK_THROWS_WITH(seeds(place, "all", 2), Contains("the data gives other"));
}

TEST_CASE("patience begins after the warm-up") {
  const Workplace place("patience");
  TrainRequest request = place.request("run");
  request.overrides = {"train.epochs=10", "train.patience=1", "train.learning_rate=1e-30",
                       "train.warmup_ratio=0.5"};
  Silent silent;
  train(request, builtin(), silent);
  CHECK(silent.records.size() == 6);  // the first after the five
  CHECK_THAT(silent.notes, Contains("rises over 20 of the run's 40 steps"));
}
