// The keys of [train] that say how far the loop goes, what it draws and when it stops.
#include <cmath>
#include <limits>
#include <ranges>

#include <orochi/inference.hpp>

#include "catch.hpp"
#include "inference/model_file.hpp"
#include "keys.hpp"
#include "tasks.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

using Overrides = std::vector<std::string>;

/// Small steps, so that the weights stay nearly as they were drawn.
const char* const no_rate = "train.learning_rate=1e-30";

void test_seed() {
  std::vector<double> losses;
  for (const std::uint32_t seed : {7U, 4294967295U}) {
    const Run run("seed", {"train.seed=" + std::to_string(seed), "train.epochs=1", no_rate});
    const DataConfig data = parse_config(run.header().config, "", {}, component_schemas(builtin())).data;
    const LoadedData split = load_data(data, (run.place.root / "run").string(), seed, builtin_readers(),
                                       builtin_tokenizers(), *new_task());
    CHECK(run.header().train_checksum == checksum(split.train));
    losses.push_back(run.observer.losses.at(0));
  }
  CHECK(losses[0] != losses[1]);  // test_randomness computes them from weights, order and dropout
}

void test_from() {  // test_start has the rest
  Workplace place("keys-from");
  Silent silent;
  std::vector<double> losses;
  for (const std::string from : {"", "first/best.h5"}) {
    TrainRequest request = place.request(from.empty() ? "first" : "second");
    request.overrides = {"train.epochs=20", "train.from=" + from};
    CHECK(ending_of(request, silent, builtin()).code == 0);
    losses.push_back(silent.losses.at(losses.size() * 80));
  }
  CHECK(losses[1] < 0.5 * losses[0]);
}

void test_init_from() {  // test_init_from has the rest
  const Workplace place("keys-init-from");
  Silent silent;
  TrainRequest request = place.request("first");
  request.overrides = {"model.d_model=24", "train.epochs=1"};
  CHECK(ending_of(request, silent, builtin()).code == 0);
  std::ofstream(place.root / "fine.toml")
      << "data.train = 'train.tsv'\ndata.max_length = 9\nmodel.init_from = 'first'\n"
         "train.epochs = 1\n";
  request = place.request("second");
  request.config_path = (place.root / "fine.toml").string();
  CHECK(ending_of(request, silent, builtin()).code == 0);
  const Model first = Model::load((place.root / "first/best.h5").string()),
              start = Model::load((place.root / "second/start.h5").string());
  CHECK(start.config.model.d_model == 24);
  const Scalar* before = std::as_const(*first.classifier).parameters().data();
  const ParameterView& norm = first.classifier->parameters().views()[1];
  CHECK(std::equal(before + norm.offset, before + norm.offset + norm.size,
                   std::as_const(*start.classifier).parameters().data() +
                       start.classifier->parameters().views()[1].offset));
}

void test_word_vectors() {  // test_word_vectors has the rest
  const Workplace place("keys-vectors");
  std::ofstream vectors(place.root / "v.vec");
  for (const char word : {'a', 'c', 'g', 't'}) {
    vectors << word;
    for (int k = 0; k < 16; ++k) vectors << (word == 'a' ? " 1" : " -1");
    vectors << "\n";
  }
  vectors.close();
  std::vector<double> losses;
  for (const std::string named : {"", "v.vec"}) {
    Silent silent;
    TrainRequest request = place.request("run" + named);
    request.overrides = {"train.epochs=1", "data.word_vectors=" + named};
    CHECK(ending_of(request, silent, builtin()).code == 0);
    losses.push_back(silent.losses.at(0));
  }
  CHECK(losses[0] != losses[1]);
}

void test_epochs() {
  const Run run("epochs", {"train.epochs=3"});
  CHECK(run.observer.records.size() == 3);
  CHECK(run.header().progress.step == 12);
}

void test_max_steps() {
  CHECK(Run("steps", {"train.max_steps=5"}).header().progress.step == 5);
  CHECK(Run("no-steps", {"train.max_steps=0"}).header().progress.step == 16);
}

/// Sequences of each pass over a micro-batch, in one shard and one chunk, and the updates of one epoch of
/// 128.
void check_batches(const std::string& size, const std::string& micro, const std::vector<Index>& expected,
                   std::size_t updates) {
  std::vector<Index> passes;
  const Extensions registry = with_factor([&](const Tape& tape, Index rows) {
    if (tape.context().key.seed == 42)
      passes.push_back(rows / 9);  // in training, not in looking for its memory
    return 1.0;
  });
  const Run run("batches",
                {"train.epochs=1", "train.shards=1", "train.chunk_rows=100000", "model.block=[\"factor\"]",
                 "train.batch_size=" + size, "train.gradient_accumulation_steps=" + micro},
                registry);
  CHECK(passes == expected);
  CHECK(run.observer.losses.size() == updates);
}
void test_batch_size() { check_batches("50", "1", {50, 50, 28}, 3); }
void test_gradient_accumulation_steps() { check_batches("20", "3", {20, 20, 20, 20, 20, 20, 8}, 3); }

/// A model whose numbers are spoiled in these steps.
Extensions spoiled_in(const std::vector<std::uint32_t>& steps) {
  return with_factor([=](const Tape& tape, Index) {
    const bool now = tape.training() && std::ranges::count(steps, tape.context().key.step) > 0;
    return now ? std::numeric_limits<double>::quiet_NaN() : 1.0;
  });
}
const char* const through_factor = "model.block=[\"factor\"]";

void test_on_nonfinite() {
  const Extensions registry = spoiled_in({5});
  const Run stopped("stop", {through_factor, "train.on_nonfinite=stop"}, registry);
  CHECK(stopped.ending.code == 3);
  CHECK_THAT(stopped.ending.message, Contains("at step 6: the loss is not a finite number"));
  const Run skipped("skip", {through_factor, "train.on_nonfinite=skip"}, registry);
  CHECK(skipped.ending.code == 0);
  CHECK(skipped.header().progress.skipped_steps == 1);
  CHECK(skipped.header().progress.step == 16);
}

void test_max_skips() {
  const Overrides skip{through_factor, "train.on_nonfinite=skip"};
  for (const int most : {0, 1, 2}) {
    Overrides overrides = skip;
    overrides.push_back("train.max_skips=" + std::to_string(most));
    const Run run("skips", overrides, spoiled_in({1, 2, 6}));
    CHECK(run.ending.code == 3);
    const std::string last = most == 0 ? "at step 2:" : most == 1 ? "at step 3:" : "at step 7:";
    CHECK_THAT(run.ending.message, Contains(last));
  }
  CHECK(Run("skips", {through_factor, "train.on_nonfinite=skip", "train.max_skips=3"}, spoiled_in({1, 2, 6}))
            .ending.code == 0);
}

/// Where training stops by the formula; 0: nowhere.
std::size_t guarded_step(const std::vector<double>& losses, double factor) {
  double mean = losses.at(0);
  for (std::size_t step = 1; step <= losses.size(); ++step) {
    mean = 0.98 * mean + 0.02 * losses[step - 1];
    if (step >= 50 && factor > 0 && mean > factor * std::log(2.0)) return step;
  }
  return 0;
}

/// From step `first` (from 1) on, for `count` steps, the loss is large: rows that no norm brings back.
void check_guard(const std::string& factor, std::uint32_t first, std::uint32_t count, bool stops) {
  const Extensions registry = with_factor([=](const Tape& tape, Index) {
    const std::uint32_t step = tape.context().key.step + 1;
    return tape.training() && step >= first && step < first + count ? 3000.0 : 1.0;
  });
  const Overrides overrides{through_factor, no_rate, "train.epochs=30", "model.norm_first=false"};
  Overrides unguarded = overrides, guarded = overrides;
  unguarded.push_back("train.divergence_factor=0");
  guarded.push_back("train.divergence_factor=" + factor);
  const Run whole("whole", unguarded, registry), run("guard", guarded, registry);
  const std::size_t expected = guarded_step(whole.observer.losses, std::stod(factor));
  INFO("factor " << factor << ", from step " << first << ", " << count << " steps");
  CHECK(whole.observer.losses.size() == 120);
  CHECK((expected > 0) == stops);
  CHECK(run.ending.code == (stops ? 3 : 0));
  if (stops)
    CHECK_THAT(run.ending.message, Contains("at step " + std::to_string(expected) + ": the smoothed"));
}

void test_divergence_factor() {
  check_guard("0.9", 1000, 0, true);  // more than that of guessing times 0.9: at once, at step 50
  check_guard("2", 1000, 0, false);
  check_guard("20", 60, 1, false);  // one step does not count for much
  check_guard("20", 60, 50, true);
  check_guard("20", 10, 1, false);  // long ago
}

void test_monitor() {
  const std::vector<std::string> names{"loss", "accuracy", "macro_f1", "weighted_f1", "mcc"};
  for (std::size_t m = 0; m < names.size(); ++m) {
    const Workplace place("keys-monitor");
    TrainRequest request = place.request("run");
    request.overrides = {"train.monitor=" + names[m], "train.epochs=6", "train.learning_rate=0.03"};
    Silent observer;
    const TrainResult result = train(request, builtin(), observer);
    const double sign = m == 0 ? -1 : 1;
    const auto value = [&](const EpochRecord& r) { return sign * r.validation[m]; };
    const EpochRecord best =
        *std::ranges::max_element(std::views::reverse(observer.records), {}, value);  // the last of equals
    INFO(names[m]);
    CHECK(result.best_metric == sign * value(best));
    CHECK(result.best_step == best.step);
  }
}

void test_patience() {
  for (const char* patience : {"1", "3"}) {
    const Run run("patience", {std::string("train.patience=") + patience, no_rate, "train.epochs=12"});
    CHECK(run.observer.records.size() == 1 + static_cast<std::size_t>(std::stoi(patience)));
  }
  CHECK(Run("no-patience", {"train.patience=0", no_rate, "train.epochs=12"}).observer.records.size() == 12);
}

/// Whether best.h5 has other parameters than last.h5 of the same step.
bool keeps_average(const std::string& setting) {  // test_average and test_several_runs have the rest
  const Run run("average", {setting, "train.epochs=1"});
  const Model last = Model::load(run.last(), builtin()),
              best = Model::load((run.place.root / "run/best.h5").string(), builtin());
  return !std::ranges::equal(std::as_const(*last.classifier).parameters().flat(),
                             std::as_const(*best.classifier).parameters().flat());
}
void test_ema_decay() {
  CHECK(keeps_average("train.ema_decay=0.9"));
  CHECK_FALSE(keeps_average("train.ema_decay=0"));
}
void test_swa_start() {
  CHECK(keeps_average("train.swa_start=0.25"));
  CHECK_FALSE(keeps_average("train.swa_start=0"));
}

void test_refit() {  // test_several_runs has the rest
  const Run once("no-refit", {"train.refit=false"}), twice("refit", {"train.refit=true"});
  CHECK_FALSE(fs::exists(once.place.root / "run/refit"));
  CHECK(fs::exists(twice.place.root / "run/refit/best.h5"));
}

/// Looks at last.h5 after every step, before the loop may write it.
class Watcher : public Silent {
 public:
  explicit Watcher(fs::path file) : file_(std::move(file)) {}
  void step(std::uint64_t, double, double) override {
    found.push_back(fs::exists(file_) ? CheckpointReader(file_.string()).header().progress.step : 0);
  }
  std::vector<std::uint64_t> found;

 private:
  fs::path file_;
};

void test_checkpoint_every_steps() {
  const std::vector<std::pair<std::string, std::vector<std::uint64_t>>> cases{
      {"3", {0, 0, 0, 3, 4, 4, 6, 6}}, {"0", {0, 0, 0, 0, 4, 4, 4, 4}}};  // epochs end after 4 steps
  for (const auto& [every, expected] : cases) {
    const Workplace place("keys-every");
    TrainRequest request = place.request("run");
    request.overrides = {"train.checkpoint_every_steps=" + every, "train.epochs=2"};
    Watcher watcher(place.root / "run/last.h5");
    train(request, builtin(), watcher);
    CHECK(watcher.found == expected);
  }
}

}  // namespace

KeyTests orochi::loop_keys() {
  return {{"train.from", test_from},
          {"model.init_from", test_init_from},
          {"data.word_vectors", test_word_vectors},
          {"train.seed", test_seed},
          {"train.epochs", test_epochs},
          {"train.max_steps", test_max_steps},
          {"train.batch_size", test_batch_size},
          {"train.gradient_accumulation_steps", test_gradient_accumulation_steps},
          {"train.on_nonfinite", test_on_nonfinite},
          {"train.max_skips", test_max_skips},
          {"train.divergence_factor", test_divergence_factor},
          {"train.monitor", test_monitor},
          {"train.patience", test_patience},
          {"train.ema_decay", test_ema_decay},
          {"train.swa_start", test_swa_start},
          {"train.refit", test_refit},
          {"train.checkpoint_every_steps", test_checkpoint_every_steps}};
}
