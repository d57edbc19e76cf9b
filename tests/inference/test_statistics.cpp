// Intervals of a task's metrics, and what the most frequent label alone would reach.
#include <cmath>

#include "catch.hpp"
#include "inference/scored.hpp"
#include "inference/statistics.hpp"
#include "small_model.hpp"
#include "tasks.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

/// What evaluate() finds where sequences of `items` items each have these labels and predictions.
Evaluation evaluation_of(const Task& task, std::vector<double> labels, std::vector<double> predictions,
                         Index items = 1) {
  Evaluation found;
  found.kept = std::move(predictions);
  found.targets = std::move(labels);
  for (std::size_t i = 0; i < found.targets.size(); ++i)
    found.item_losses.push_back(static_cast<double>(i % 7) / 7);
  const Index all = std::ssize(found.targets), sequences = all / items;
  for (Index b = 0; b <= sequences; ++b) found.offsets.push_back(b * items);
  for (Index b = 0; b < sequences; ++b) {
    double loss = 0, right = 0;
    for (auto i = static_cast<std::size_t>(b * items); i < static_cast<std::size_t>((b + 1) * items); ++i)
      loss += found.item_losses[i], right += found.kept[i] == found.targets[i];
    found.losses.push_back(loss / static_cast<double>(items));
    found.scores.push_back(right / static_cast<double>(items));
  }
  found.metrics = {sequences, all, 0, 0, task.metrics(found.outcomes())};
  return found;
}

/// `wrong` of every `of` predictions are the next class.
Evaluation often_right(const Task& task, std::size_t count, std::size_t wrong, std::size_t of,
                       Index items = 1) {
  std::vector<double> labels, predictions;
  for (std::size_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<double>(i / 3 % 3 % 2));  // two of three are "0"
    predictions.push_back(i % of < wrong ? 1 - labels.back() : labels.back());
  }
  return evaluation_of(task, labels, predictions, items);
}

MetricIntervals intervals_of(const Task& task, const Evaluation& found, int threads) {
  const Tasks tasks = builtin_tasks();
  return metric_intervals(task, found, all_metrics(*tasks.find("classification")), threads);
}

Interval of_means(const std::vector<double>& values, int resamples) {
  return mean_interval(values, {resamples});
}

}  // namespace

TEST_CASE("the intervals of loss and accuracy are those of the sequences' means, on any number of threads") {
  const auto task = class_task(3);
  for (const Index items : {1, 5}) {  // items of a sequence are drawn together
    const Evaluation found = often_right(*task, 300, 2, 9, items);
    const MetricIntervals one = intervals_of(*task, found, 1), three = intervals_of(*task, found, 3);
    REQUIRE(one.values.size() == 5);
    CHECK(one.resamples == 1000);
    for (std::size_t m = 0; m < 5; ++m) {
      CHECK(one.values[m].low == three.values[m].low);
      CHECK(one.values[m].high == three.values[m].high);
      if (m > 0) CHECK(one.values[m].low < found.metrics.figures.values[m - 1]);
      if (m > 0) CHECK(one.values[m].high > found.metrics.figures.values[m - 1]);
    }
    const Interval loss = of_means(found.losses, 1000), accuracy = of_means(found.scores, 1000);
    CHECK_THAT(one.values[0].low, catch_matchers::WithinAbs(loss.low, 1e-12));
    CHECK_THAT(one.values[0].high, catch_matchers::WithinAbs(loss.high, 1e-12));
    CHECK_THAT(one.values[1].low, catch_matchers::WithinAbs(accuracy.low, 1e-12));
    CHECK_THAT(one.values[1].high, catch_matchers::WithinAbs(accuracy.high, 1e-12));
  }
}

TEST_CASE("where every answer is right, or none, the accuracy's interval is the exact one of a share") {
  const auto task = class_task(3);
  const MetricIntervals right = intervals_of(*task, often_right(*task, 10, 0, 1), 1),
                        wrong = intervals_of(*task, often_right(*task, 10, 1, 1), 1);
  CHECK_THAT(right.values[1].low, catch_matchers::WithinAbs(0.691503, 1e-6));  // scipy's binomtest(10, 10)
  CHECK(right.values[1].high == 1);
  CHECK(wrong.values[1].low == 0);
  CHECK_THAT(wrong.values[1].high, catch_matchers::WithinAbs(0.308497, 1e-6));
  CHECK(std::isnan(right.values[2].low));  // macro F1: not known
  CHECK(right.values[0].is_known());       // the losses differ
}

TEST_CASE("large data takes fewer resamples") {
  const auto task = class_task(2);
  CHECK(intervals_of(*task, often_right(*task, 100'000, 1, 4), 2).resamples == 200);
}

TEST_CASE("the most frequent label is named, and whether more than it is shown") {
  const auto task = class_task(2);
  const Evaluation good = often_right(*task, 90, 1, 9), poor = often_right(*task, 90, 3, 9);
  REQUIRE(majority_of(good.metrics));
  CHECK(majority_of(good.metrics)->label == "0");
  CHECK_THAT(majority_of(good.metrics)->share, catch_matchers::WithinAbs(2.0 / 3, 1e-12));
  CHECK(majority_note(good) ==
        "the model is better than always answering \"0\", the most frequent label here, which is right in "
        "0.6667");
  CHECK(majority_note(poor) ==
        "the model is not shown to be better than always answering \"0\", the most frequent label here, "
        "which is right in 0.6667");
  CHECK_THAT(majority_note(evaluation_of(*task, {0, 0, 1}, {0, 0, 0})), Contains("one answer to everything"));
  CHECK_THAT(majority_note(evaluation_of(*task, {0, 0, 1}, {0, 0, 1})),
             Contains("not shown"));                                         // all right
  CHECK(majority_note(evaluation_of(*task, {1, 1, 1}, {1, 0, 1})).empty());  // nothing to tell apart
  CHECK_FALSE(majority_of(often_right(*task, 90, 1, 9, 3).metrics));         // a label a row
}

TEST_CASE("probabilities of all items are kept, unless there are too many") {
  const auto run = [](Index classes, Index sequences) {
    Classifier model(small_config(), InputShape{17, 0, 9}, classes, builtin_layers());
    model.parameters().initialize(3);
    Inference inference(model, "auto", 2);
    return evaluate_scored(inference, *class_task(classes),
                           random_sequences(sequences, 9, 17, 0, classes, 4));
  };
  const Scored few = run(5, 60);
  REQUIRE(few.probabilities.size() == 5 * 60);
  CHECK(few.note.empty());
  for (std::size_t i = 0; i < 60; ++i)  // each at its item's place
    CHECK_THAT(few.item_losses[i],
               catch_matchers::WithinRel(
                   -std::log(few.probabilities[5 * i + static_cast<std::size_t>(few.targets[i])]), 1e-5));
  CHECK(further_figures(*class_task(5), few).front().name == "auroc");
  const Scored many = run(50'000, 1'001);
  CHECK(many.probabilities.empty());
  CHECK_THAT(many.note, Contains("those of 1,001 sequences and 50,000 labels would take 400 MB"));
  CHECK(further_figures(*class_task(50'000), many).front().name == "kappa");
}
