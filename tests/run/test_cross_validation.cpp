// Cross-validation: each fold is a run, measured on what it has not seen; two configs in pairs.
#include <algorithm>
#include <cmath>
#include <functional>

#include "catch.hpp"
#include "data/split.hpp"
#include "inference/comparison.hpp"
#include "run/several_runs.hpp"
#include "runs.hpp"

using namespace orochi;
using namespace orochi::testing;
using catch_matchers::Contains;

namespace {

CrossValidation validated(const TrainRequest& request, Index folds = 3) {
  Silent silent;
  return cross_validate(request, folds, builtin(), silent);
}

TrainRequest request_of(const Workplace& place, const std::string& run,
                        std::vector<std::string> overrides = {}) {
  TrainRequest request = place.request(run);
  request.overrides = std::move(overrides);
  return request;
}

std::vector<Answers> answers_of(const CrossValidation& found) {
  std::vector<Answers> answers;
  for (std::size_t f = 0; f < found.folds.size(); ++f)
    answers.push_back({*found.tasks[f], found.folds[f].evaluation});
  return answers;
}

}  // namespace

TEST_CASE("a fold is a run with data.fold, measured on the sequences that it holds out") {
  const Workplace place("cv");
  const CrossValidation found = validated(request_of(place, "cv"));
  REQUIRE(found.finished);
  REQUIRE(found.folds.size() == 3);
  Silent silent;
  const TrainResult by_hand =
      train(request_of(place, "hand", {"data.test=\"\"", "data.fold=2", "data.folds=3"}), builtin(), silent);
  CHECK(by_hand.evaluation.kept == found.folds[1].evaluation.kept);
  CHECK(values_of(by_hand.test, by_hand.metrics) == values_of(found.folds[1].test, by_hand.metrics));
  Index sequences = 0;
  double right = 0;
  for (const TrainResult& fold : found.folds) {
    CHECK(std::abs(fold.test.sequences - 53) <= 1);
    sequences += fold.test.sequences;
    for (const double score : fold.evaluation.scores) right += score;
  }
  CHECK(sequences == 160);
  const std::vector<double> pooled = pooled_values(answers_of(found));
  CHECK_THAT(pooled[1], catch_matchers::WithinRel(right / 160, 1e-12));
  CHECK(pooled.size() == found.folds[0].metrics.size());
}

TEST_CASE("what is held out chooses nothing") {
  const Workplace place("cv-blind");
  const CrossValidation before = validated(request_of(place, "before"));
  std::vector<std::string> lines;
  std::vector<std::int32_t> classes;
  std::ifstream in(place.root / "train.tsv");
  for (std::string line; std::getline(in, line); lines.push_back(line))
    classes.push_back(line.starts_with("yes") ? 1 : 0);
  const std::vector<Index> folds = draw_folds(classes, 2, {}, 3, 42);
  std::ofstream out(place.root / "train.tsv");
  for (std::size_t i = 0; i < lines.size(); ++i)  // other texts in the first fold
    out << (folds[i] == 0 ? lines[i].substr(0, lines[i].find('\t')) + "\tTTTTTTTTT" : lines[i]) << "\n";
  out.close();
  const CrossValidation after = validated(request_of(place, "after"));
  CHECK(place.bytes("after/fold-1/best.h5") == place.bytes("before/fold-1/best.h5"));
  CHECK(place.bytes("after/fold-2/best.h5") != place.bytes("before/fold-2/best.h5"));
  CHECK(after.folds[0].test.loss != before.folds[0].test.loss);
}

TEST_CASE("cross-validation gives the same bits on any threads, and after an interruption") {
  const Workplace place("cv-bits");
  TrainRequest request = request_of(place, "one");
  request.threads = 1;
  const CrossValidation one = validated(request);
  for (const int steps : {2, 15}) {  // in the first fold, in the second
    request = request_of(place, "part" + std::to_string(steps));
    request.threads = 3;
    int left = steps;
    request.stop = [&left] { return --left < 0; };
    CHECK_FALSE(validated(request).finished);
    request.stop = {};
    const CrossValidation whole = validated(request);
    CHECK(whole.finished);
    for (const char* file : {"/fold-1/best.h5", "/fold-2/best.h5", "/fold-3/last.h5"})
      CHECK(place.bytes("part" + std::to_string(steps) + file) == place.bytes(std::string("one") + file));
    CHECK(pooled_values(answers_of(whole)) == pooled_values(answers_of(one)));
  }
}

TEST_CASE("files of validation and test data are left out, and a note says so") {
  const Workplace place("cv-files");
  write_data(place.root / "validation.tsv", 40, 3);
  TrainRequest request =
      request_of(place, "cv", {"data.validation=validation.tsv", "data.validation_fraction=0"});
  Silent silent;
  const CrossValidation found = cross_validate(request, 2, builtin(), silent);
  CHECK_THAT(silent.notes, Contains("data.validation = validation.tsv is not used"));
  CHECK_THAT(silent.notes, Contains("data.test = test.tsv is not used"));
  CHECK(found.folds[0].validated);
  CHECK_THAT(silent.notes, Contains("validation: 8 sequences"));  // a tenth of 80
}

TEST_CASE("refit trains on all but the fold") {
  const Workplace place("cv-refit");
  const CrossValidation found = validated(request_of(place, "cv", {"train.refit=true"}), 2);
  CHECK(found.folds[0].model == (place.root / "cv/fold-1/refit/best.h5").string());
  CHECK(found.folds[0].test.sequences == 80);
  CHECK(found.folds[0].evaluation.scores.size() == 80);
}

TEST_CASE("a config does not differ from itself, and does from one that learns nothing") {
  const Workplace place("cv-pairs");
  const TrainRequest a = request_of(place, "");
  TrainRequest b = a;
  Silent silent;
  const auto both = [&](const std::string& run) {
    return cross_validate_both((place.root / run).string(), a, b, 3, 2, builtin(), silent);
  };
  const auto differences = [](const PairedRuns& runs, int threads) {
    std::vector<Answers> of_a, of_b;
    for (std::size_t s = 0; s < runs.a.size(); ++s) {
      for (const Answers& one : answers_of(runs.a[s])) of_a.push_back(one);
      for (const Answers& one : answers_of(runs.b[s])) of_b.push_back(one);
    }
    return paired_differences(of_a, of_b, 3, threads);
  };
  const PairedRuns same = both("same");
  REQUIRE(same.finished);
  REQUIRE(same.a.size() == 2);
  CHECK(same.a[0].folds[0].evaluation.kept.size() == same.a[1].folds[0].evaluation.kept.size());
  CHECK(same.a[0].folds[0].evaluation.targets == same.a[1].folds[0].evaluation.targets);
  CHECK(place.bytes("same/a/seed-42/fold-1/best.h5") != place.bytes("same/a/seed-43/fold-1/best.h5"));
  for (const Difference& one : differences(same, 1)) {
    CHECK(one.value() == 0);
    CHECK(one.interval.low == 0);
    CHECK(one.interval.high == 0);
  }
  b.overrides = {"train.learning_rate=1e-30"};
  const PairedRuns other = both("other");
  const std::vector<Difference> found = differences(other, 1), again = differences(other, 3);
  CHECK(found[0].value() > 0);  // of the loss
  CHECK(found[0].interval.low > 0);
  CHECK(found[1].value() < 0);
  for (std::size_t m = 0; m < found.size(); ++m) {
    CHECK(found[m].interval.low == again[m].interval.low);
    CHECK(found[m].interval.low <= found[m].value());
    CHECK(found[m].interval.high >= found[m].value());
  }
}

TEST_CASE("pairs of one part are resampled as their differences are, of several as their means") {
  const Workplace place("cv-resampled");
  const CrossValidation a = validated(request_of(place, "a"), 2),
                        b = validated(request_of(place, "b", {"train.epochs=1"}), 2);
  const std::vector<Answers> of_a = answers_of(a), of_b = answers_of(b);
  std::vector<std::vector<double>> gains;  // [folds][B]
  for (std::size_t f = 0; f < 2; ++f) {
    gains.emplace_back(80);
    for (std::size_t i = 0; i < 80; ++i)
      gains[f][i] = b.folds[f].evaluation.scores[i] - a.folds[f].evaluation.scores[i];
  }
  const auto mean = [](double sum, double count) { return count == 0 ? 0 : sum / count; };
  const Interval one = bootstrap(80, [&](Resample drawn) {
    double sum = 0;
    for (const std::uint32_t i : drawn) sum += gains[1][i];
    return mean(sum, 80);
  });
  const Interval two = bootstrap(160, [&](Resample drawn) {
    double sums[2]{}, counts[2]{};
    for (const std::uint32_t i : drawn) sums[i / 80] += gains[i / 80][i % 80], ++counts[i / 80];
    return (mean(sums[0], counts[0]) + mean(sums[1], counts[1])) / 2;
  });
  const auto check = [](const Difference& found, const Interval& interval) {
    CHECK_THAT(found.interval.low, catch_matchers::WithinAbs(interval.low, 1e-12));
    CHECK_THAT(found.interval.high, catch_matchers::WithinAbs(interval.high, 1e-12));
  };
  check(paired_differences(std::span(of_a).subspan(1), std::span(of_b).subspan(1), 1, 2)[1], one);
  check(paired_differences(of_a, of_b, 2, 2)[1], two);
  Evaluation other = b.folds[0].evaluation;
  std::ranges::reverse(other.targets);
  const Answers of_others{*b.tasks[0], other};
  CHECK_THROWS_WITH(paired_differences({of_a.data(), 1}, {&of_others, 1}, 1, 1),
                    Contains("cannot be paired"));
}

TEST_CASE("what cannot be cross-validated or compared is refused") {
  const Workplace place("cv-refused");
  const auto message = [](const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      return std::string(error.what());
    }
    return std::string();
  };
  const auto refused = [&](const TrainRequest& request) { return message([&] { validated(request); }); };
  CHECK_THAT(refused(request_of(place, "stdin", {"data.train=-"})), Contains("read once"));
  TrainRequest request = request_of(place, "one");
  Silent silent;
  train(request, builtin(), silent);
  CHECK_THAT(refused(request), Contains("holds a single run"));
  const TrainRequest a = request_of(place, ""), other_task = request_of(place, "", {"task.type=multi_label"}),
                     other_file = request_of(place, "", {"data.train=test.tsv"});
  const auto both = [&](const TrainRequest& b) {
    return message(
        [&] { cross_validate_both((place.root / "both").string(), a, b, 2, 1, builtin(), silent); });
  };
  CHECK_THAT(both(other_task), Contains("have another task"));
  CHECK_THAT(both(other_file), Contains("have another data.train"));
  CHECK_FALSE(fs::exists(place.root / "both"));
}
