// Numbers that are not finite, and losses that grow: named, left out, counted, refused.
#include <cmath>
#include <limits>

#include <orochi/error.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// Spoils one sample at one step, or every sample of a step (`sample` -1), forward or backward; or a sample
/// of what is evaluated.
class Poison : public Layer {
 public:
  explicit Poison(Builder& builder)
      : sample_(builder.integer("sample")),
        step_(builder.integer("step")),
        backward_(builder.flag("backward")),
        evaluated_(builder.flag("evaluated")) {}

  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    const Batch batch = rows.batch;
    Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
    y.value() = x.value();
    const bool now =
        evaluated_ ? !x.tape().training()
                   : x.tape().training() && x.tape().context().key.step == static_cast<std::uint32_t>(step_);
    const auto spoil = [=, this](MatrixMap into, double value) {
      for (Index b = 0; now && b < batch.num_sequences(); ++b)
        if (sample_ < 0 || batch.samples[static_cast<std::size_t>(b)] == static_cast<std::uint32_t>(sample_))
          into.row(batch.first_row(b)).setConstant(static_cast<Scalar>(value));
    };
    if (!backward_) spoil(y.value(), std::nan(""));
    const bool back = backward_;
    y.pullback([=] {
      x.add_grad(y.grad());
      if (back) spoil(x.grad_sum(), std::numeric_limits<double>::infinity());
    });
    return rows.with(y);
  }

 private:
  Index sample_, step_;
  bool backward_, evaluated_;
};

Extensions poisoned_layers() {
  Extensions registry = builtin();
  registry.layers.add<Poison>(
      "poison", Role::rows, "spoils numbers",
      {{"sample", std::int64_t{-1}}, {"step", std::int64_t{0}}, {"backward", false}, {"evaluated", false}});
  return registry;
}

Ending ending_of(const TrainRequest& request, TrainObserver& observer) {
  return ending_of(request, observer, poisoned_layers());
}

TrainRequest poisoned(const Workplace& place, const std::string& run, std::vector<std::string> overrides) {
  TrainRequest request = place.request(run);
  request.overrides = {"model.block=[\"encoder_layer\", \"poison\"]"};
  request.overrides.insert(request.overrides.end(), overrides.begin(), overrides.end());
  return request;
}

}  // namespace

TEST_CASE("a number that is not finite stops training, with layer, sample and the checkpoint kept") {
  const Workplace place("nan");
  Silent observer;
  Ending hit;
  for (int step = 4; step < 8 && hit.code == 0; ++step) {  // one of the second epoch's steps has the sample
    fs::remove_all(place.root / "run");
    hit = ending_of(
        poisoned(place, "run", {"layer.poison.sample=17", "layer.poison.step=" + std::to_string(step)}),
        observer);
  }
  REQUIRE(hit.code == 3);
  CHECK_THAT(hit.message, Contains(": the loss is not a finite number\n"));
  CHECK_THAT(hit.message, Contains("first: layer encoder.1, forward: its result is nan\n"));
  CHECK_THAT(hit.message,
             Contains("samples: ") && Contains("train.tsv:") && Contains("; 1 of the step's 32 sequences\n"));
  CHECK_THAT(hit.message, Contains("run/last.h5 holds step 4\n"));
  CHECK(Model::load((place.root / "run/last.h5").string(), poisoned_layers()).progress.step == 4);
}

TEST_CASE("backward faults are named too") {
  const Workplace place("backward");
  Silent observer;
  const Ending ending =
      ending_of(poisoned(place, "run", {"layer.poison.step=1", "layer.poison.backward=true"}), observer);
  CHECK(ending.code == 3);
  CHECK_THAT(ending.message, Contains("training diverged at step 2: the gradient is not a finite number\n"));
  CHECK_THAT(ending.message,
             Contains("first: layer encoder.1, backward: the gradient that it hands on is inf\n"));
  CHECK_THAT(ending.message, Contains("32 of the step's 32 sequences\n"));
  CHECK_THAT(ending.message, Contains("kept: no checkpoint was written yet\n"));
}

TEST_CASE("steps that are left out are counted, bounded and the same after a resume") {
  const Workplace place("skip");
  Silent observer;
  const std::vector<std::string> settings{"layer.poison.step=6", "train.on_nonfinite=skip"};
  REQUIRE(ending_of(poisoned(place, "whole", settings), observer).code == 0);
  CHECK_THAT(observer.notes,
             Contains("left out 1, of at most 10: at step 7: the loss is not a finite number; first: "));
  CHECK(Model::load((place.root / "whole/last.h5").string(), poisoned_layers()).progress.skipped_steps == 1);
  for (const Index stop : {5, 6, 7, 8}) {
    const std::string run = "part" + std::to_string(stop);
    TrainRequest request = poisoned(place, run, settings);
    request.max_steps = stop;
    REQUIRE(ending_of(request, observer).code == 0);
    request.max_steps = 0;
    request.resume = true;
    REQUIRE(ending_of(request, observer).code == 0);
    INFO(stop);
    CHECK(place.bytes(run + "/last.h5") == place.bytes("whole/last.h5"));
  }
  std::vector<std::string> none = settings;
  none.push_back("train.max_skips=0");
  const Ending bounded = ending_of(poisoned(place, "bounded", none), observer);
  CHECK(bounded.code == 3);
  CHECK_THAT(bounded.message, Contains("0 steps were left out before, train.max_skips allows no more"));
}

TEST_CASE("a step that is left out does not count as one of Adam's updates") {
  const Workplace place("skip-adam");
  Silent observer;
  const auto weights_after = [&](const std::string& run, const std::string& steps) {
    const std::vector<std::string> settings{"layer.poison.step=0",
                                            "train.on_nonfinite=skip",
                                            "train.optimizer=adam",
                                            "train.optimizer.weight_decay=0",
                                            "train.schedule=constant",
                                            "train.max_steps=" + steps,
                                            "data.test="};
    REQUIRE(ending_of(poisoned(place, run, settings), observer).code == 0);
    const Model trained = Model::load((place.root / run / "last.h5").string(), poisoned_layers());
    const std::span<const Scalar> flat = trained.classifier->parameters().flat();
    return std::vector<double>(flat.begin(), flat.end());
  };
  const std::vector<double> start = weights_after("skipped", "1"), end = weights_after("updated", "2");
  double largest = 0;
  for (std::size_t i = 0; i < start.size(); ++i) largest = std::max(largest, std::abs(end[i] - start[i]));
  CHECK_THAT(largest, catch_matchers::WithinAbs(0.01, 1e-5));  // the rate, as of PyTorch's first update
}

TEST_CASE("an epoch whose steps were all left out has no training figures") {
  const Workplace place("left-out");
  Silent observer;
  const std::vector<std::string> settings{"layer.poison.step=1", "train.on_nonfinite=skip",
                                          "train.gradient_accumulation_steps=100"};  // a step an epoch
  REQUIRE(ending_of(poisoned(place, "run", settings), observer).code == 0);
  REQUIRE(observer.records.size() == 4);
  CHECK(std::isfinite(observer.records[0].train_loss));
  CHECK(std::isnan(observer.records[1].train_loss));
  CHECK(std::isnan(observer.records[1].train_score));
  CHECK(std::isnan(observer.records[1].gradient_norm));
  CHECK(std::isfinite(observer.records[2].gradient_norm));
  CHECK_THAT(place.bytes("run/metrics.jsonl"), Contains("\"train_loss\":null,\"train_accuracy\":null"));
}

TEST_CASE("a loss that is not finite is no figure of validation, best or test") {
  const Workplace place("evaluated");
  Silent observer;
  const std::vector<std::string> settings{"layer.poison.evaluated=true", "layer.poison.sample=3"};
  REQUIRE(ending_of(poisoned(place, "validation", settings), observer).code == 0);
  CHECK_THAT(observer.notes, Contains("at step 4: the model's numbers overflow on the validation data") &&
                                 Contains("there is no best.h5, and no test"));
  CHECK(std::isnan(observer.records.back().validation[1]));
  CHECK_FALSE(fs::exists(place.root / "validation/best.h5"));
  // Only the test data has so many sequences.
  const Ending ending =
      ending_of(poisoned(place, "test", {"layer.poison.evaluated=true", "layer.poison.sample=40"}), observer);
  CHECK(ending.code == 1);
  CHECK_THAT(ending.message, Contains("test/best.h5 overflow on the test data"));
  CHECK(fs::exists(place.root / "test/best.h5"));
}

TEST_CASE("weights that an update broke are never written") {
  const Workplace place("weights");
  Silent observer;
  TrainRequest request = place.request("run");
  request.overrides = {"train.optimizer=sgd",     "train.learning_rate=1e300", "train.max_grad_norm=0",
                       "train.schedule=constant", "train.max_steps=1",         "data.test="};
  const Ending ending = ending_of(request, observer);
  CHECK(ending.code == 3);
  CHECK_THAT(ending.message,
             Contains("training diverged at step 1: ") && Contains("is not finite after the update"));
  CHECK_FALSE(fs::exists(place.root / "run/last.h5"));
  CHECK_FALSE(fs::exists(place.root / "run/best.h5"));
}

TEST_CASE("an overflow in a layer of ours is named by its operation") {
  const Workplace place("overflow");
  Silent observer;
  TrainRequest request = place.request("run");
  request.overrides = {"train.optimizer=sgd", "train.learning_rate=1e30", "train.max_grad_norm=0"};
  const Ending ending = ending_of(request, observer);
  CHECK(ending.code == 3);
  CHECK_THAT(ending.message, Contains("first: layer ") && Contains(", operation \""));
  CHECK_THAT(ending.message, Contains("next, in a new folder (--run DIR): look at the sequences that are "
                                      "named, lower train.learning_rate (1e+30)"));
}

TEST_CASE("a loss far above that of guessing stops training") {
  const Workplace place("guard");
  Silent observer;
  TrainRequest request = place.request("run");
  request.overrides = {"train.divergence_factor=0.001", "train.epochs=20"};
  const Ending ending = ending_of(request, observer);
  CHECK(ending.code == 3);
  CHECK_THAT(ending.message, Contains("training diverged at step 50: the smoothed training loss is "));
  CHECK_THAT(ending.message, Contains("run/last.h5 holds step 48\n"));
  request.run = (place.root / "off").string();
  request.overrides = {"train.divergence_factor=0", "train.epochs=20"};
  CHECK(ending_of(request, observer).code == 0);
}

TEST_CASE("a run does not go on with other data") {
  const Workplace place("data");
  Silent observer;
  TrainRequest request = place.request("run");
  request.max_steps = 5;
  REQUIRE(ending_of(request, observer).code == 0);
  request.resume = true;
  const std::string before = place.bytes("train.tsv");
  std::string changed = before;
  std::swap(changed[5], changed[6]);  // two letters of one sequence
  if (changed == before) std::swap(changed[4], changed[6]);
  REQUIRE(changed != before);
  std::ofstream(place.root / "train.tsv") << changed;
  const Ending refused = ending_of(request, observer);
  CHECK(refused.code == 2);
  CHECK_THAT(refused.message, Contains("gives other sequences (checksum ") && Contains("restore the files"));
  std::ofstream(place.root / "train.tsv") << before;
  std::ofstream(place.root / "test.tsv") << "no\tCCGCCCCCC\nyes\tCCACCCCCC\n";  // trains nothing
  request.max_steps = 0;
  CHECK(ending_of(request, observer).code == 0);
}
