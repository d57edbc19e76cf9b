// The figures of an epoch and how epochs in a row are counted.
#include <cmath>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "catch.hpp"
#include "trainer_workplace.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;
using catch_matchers::WithinRel;

namespace {

/// How many epochs a run has that stops after `patience` stale ones, in a row or in all.
std::size_t epochs_until(const std::vector<EpochRecord>& records, int patience, bool in_a_row) {
  double best = -1;
  int stale = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const bool better = records[i].validation[1] > best;
    if (better) best = records[i].validation[1];
    if (better && in_a_row) stale = 0;
    stale += !better;
    if (stale == patience) return i + 1;
  }
  return records.size();
}

}  // namespace

TEST_CASE("patience counts epochs in a row without a better value") {
  const Workplace place("stale");
  const auto records_of = [&](int seed, int patience) {
    TrainRequest request = place.request("run-" + std::to_string(seed) + "-" + std::to_string(patience));
    request.overrides = {"train.epochs=12", "train.learning_rate=0.01", "train.seed=" + std::to_string(seed),
                         "train.patience=" + std::to_string(patience)};
    Silent observer;
    train(request, builtin(), observer);
    return observer.records;
  };
  int telling = 0;  // runs in which a stale epoch comes before a better one
  for (int seed = 1; seed <= 20; ++seed) {
    const std::vector<EpochRecord> all = records_of(seed, 0);
    const std::size_t expected = epochs_until(all, 2, true);
    if (epochs_until(all, 2, false) == expected) continue;
    CHECK(records_of(seed, 2).size() == expected);
    ++telling;
  }
  CHECK(telling > 0);
}

TEST_CASE("best.h5 is of the last epoch within a standard error of the best") {
  const Workplace place("error");
  int telling = 0;  // runs in which it is not the best epoch itself
  for (int seed = 1; seed <= 12; ++seed) {
    TrainRequest request = place.request("run-" + std::to_string(seed));
    request.overrides = {"train.epochs=12", "train.learning_rate=0.1", "train.seed=" + std::to_string(seed)};
    Silent observer;
    const TrainResult result = train(request, builtin(), observer);
    CHECK_THAT(observer.notes, catch_matchers::Contains("validation: 32 sequences"));
    double best = -1;
    std::size_t first = 0, kept = 0;
    for (std::size_t i = 0; i < observer.records.size(); ++i) {
      const double value = observer.records[i].validation[1];
      if (value > best) best = value, first = i;
      if (value + std::sqrt(value * (1 - value) / 31) >= best) kept = i;
    }
    CHECK(result.best_epoch == kept + 1);
    CHECK_THAT(result.best_metric, WithinAbs(observer.records[kept].validation[1], 1e-12));
    telling += observer.records[kept].validation[1] < observer.records[first].validation[1];
  }
  CHECK(telling > 0);
}

TEST_CASE("the training figures of an epoch are weighted losses and the share of right answers") {
  const Workplace place("figures");
  TrainRequest request = place.request("run");  // 4 updates of 2 micro-batches
  request.overrides = {"train.epochs=1", "train.learning_rate=1e-30", "model.dropout=0",
                       "model.attention_dropout=0", "task.class_weights=[0.5, 3]"};
  Silent observer;
  train(request, builtin(), observer);
  const Model trained = Model::load((place.root / "run/last.h5").string(), builtin());
  const LoadedData data =
      load_data(trained.config.data, (place.root / "run").string(), trained.config.train.seed,
                builtin_readers(), builtin_tokenizers(), *trained.task);
  Inference inference(*trained.classifier, "native", 1);
  const Evaluation evaluation = evaluate(inference, *trained.task, data.train);
  double loss = 0, weight = 0;
  for (std::size_t b = 0; b < evaluation.losses.size(); ++b) {
    const double w = data.train.targets[b] == 0 ? 0.5 : 3;
    loss += w * evaluation.losses[b];
    weight += w;
  }
  const EpochRecord& record = observer.records.at(0);
  CHECK_THAT(record.train_loss, WithinRel(loss / weight, 1e-5));
  CHECK_THAT(record.train_score, WithinAbs(evaluation.metrics.figures.values[0], 1e-12));
}
