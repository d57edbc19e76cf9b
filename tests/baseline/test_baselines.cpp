#include <orochi/error.hpp>

#include "baseline_data.hpp"

using namespace orochi;
using namespace orochi::testing;

namespace {

struct TextData {
  LoadedData data;
  SplitTexts texts;
};

/// Reviews of made-up words, of which one or two are telling; two of three are good.
TextData reviews(Index count) {
  TextData result;
  SplitMix random(9, 0);
  const std::vector<std::string> good{"fine", "tasty", "lovely"}, bad{"awful", "stale", "bland"};
  std::vector<std::string> all;
  for (Index i = 0; i < 3 * count; ++i) {
    const std::vector<std::string>& words = i % 3 != 0 ? good : bad;
    std::string text;
    for (int w = 0; w < 6; ++w) text += "word" + std::to_string(random.below(50)) + " ";
    all.push_back(text + words[random.below(3)] + " " + words[random.below(3)]);
  }
  const std::shared_ptr<const Tokenizer> tokenizer =
      test::word_tokenizer({"<unk>", "fine", "tasty", "lovely", "awful", "stale", "bland"});
  result.data.preprocessing.tokenizer = tokenizer;
  const std::vector<std::pair<Sequences*, TextColumn*>> splits{
      {&result.data.train, &result.texts.train},
      {&result.data.validation, &result.texts.validation},
      {&result.data.test, &result.texts.test}};
  for (Index i = 0; i < 3 * count; ++i) {
    const auto& [sequences, texts] = splits[static_cast<std::size_t>(i / count)];
    const std::vector<std::int32_t> ids = test::encode(*tokenizer, all[static_cast<std::size_t>(i)]);
    sequences->tokens.insert(sequences->tokens.end(), ids.begin(), ids.end());
    sequences->offsets.push_back(std::ssize(sequences->tokens));
    sequences->targets.push_back(i % 3 != 0);
    texts->push_back(all[static_cast<std::size_t>(i)]);
  }
  return result;
}

}  // namespace

TEST_CASE("linear models find the telling words, the majority has its share") {
  const TextData data = reviews(150);
  const Fitted fitted(data.data, data.texts);
  CHECK(fitted.baselines.size() == 4);
  CHECK(fitted.get("majority").test.values.front() == 100.0 / 150);
  CHECK(fitted.get("majority").settings.empty());
  CHECK(std::isnan(fitted.get("majority").cross_validated));
  for (const char* name : {"linear_svm", "logistic_regression"}) {
    INFO(name << ": " << fitted.get(name).settings);
    CHECK(fitted.get(name).test.values.front() > 0.95);
    CHECK(fitted.get(name).validation.values.front() > 0.95);
    CHECK(fitted.get(name).cross_validated > 0.95);
  }
  CHECK(fitted.get("nearest_neighbors").test.values.front() > 0.8);
}

TEST_CASE("baselines are the same bits on any number of threads") {
  const TextData data = reviews(60);
  const Fitted one(data.data, data.texts, {}, 1), three(data.data, data.texts, {}, 3);
  REQUIRE(one.baselines.size() == three.baselines.size());
  for (std::size_t i = 0; i < one.baselines.size(); ++i) {
    const Baseline &a = one.baselines[i], &b = three.baselines[i];
    INFO(a.title);
    CHECK(a.settings == b.settings);
    CHECK((a.cross_validated == b.cross_validated || std::isnan(a.cross_validated)));
    CHECK(a.validation_kept == b.validation_kept);
    CHECK(a.test_kept == b.test_kept);
  }
}

TEST_CASE("cross-validation asks for sequences that no model has seen") {
  TextData data = reviews(90);
  SplitMix random(4, 0);
  for (double& target : data.data.train.targets) target = random.below(2);  // nothing to learn
  const Fitted fitted(data.data, data.texts, {"nearest_neighbors", "linear_svm"});
  for (const Baseline& baseline : fitted.baselines) {
    INFO(baseline.title);
    CHECK(baseline.cross_validated < 0.75);
  }
}

TEST_CASE("ridge regression and neighbors predict numbers in their own units") {
  LoadedData data;
  data.preprocessing.channels = 2;
  SplitMix random(3, 0);
  std::vector<std::string> targets;
  for (Sequences* split : {&data.train, &data.validation, &data.test})
    for (int i = 0; i < 90; ++i) {
      const double a = random.below(1000) / 500.0 - 1, b = random.below(1000) / 500.0 - 1;
      add(*split, {static_cast<float>(a), static_cast<float>(b)}, 2, 300 + 40 * a - 10 * b);
      targets.push_back(std::to_string(split->targets.back()));
    }
  const std::unique_ptr<Task> task = task_of("regression", targets, data);
  const SplitTexts no_texts;
  BaselineRequest request{data, no_texts, *task, builtin_tasks().find("regression")->metrics};
  request.note = [](const std::string&) {};
  const std::vector<Baseline> baselines = fit_baselines(request);
  REQUIRE(baselines.size() == 3);  // metrics: R2, MAE, ...
  CHECK(baselines[0].title == "mean");
  CHECK(baselines[0].test.values[0] < 0.01);
  CHECK(baselines[1].test.values[0] > 0.9);
  CHECK(baselines[2].title == "ridge regression");
  CHECK(baselines[2].test.values[1] < 0.5);
  request.only = {"linear_svm"};
  CHECK_THROWS_WITH(fit_baselines(request), catch_matchers::Contains("linear_svm is not for numbers"));
}

TEST_CASE("several labels a sequence are each told by a model of its own") {
  TextData data = reviews(90);
  for (Sequences* split : {&data.data.train, &data.data.validation, &data.data.test}) {
    std::vector<double> both;  // good, and not good
    for (const double target : split->targets) both.insert(both.end(), {target, 1 - target});
    split->targets.assign(both.begin(), both.end());
    split->target_width = 2;
  }
  const std::unique_ptr<Task> task = task_of("multi_label", {"a,b"}, data.data);
  BaselineRequest request{data.data, data.texts, *task, builtin_tasks().find("multi_label")->metrics};
  request.note = [](const std::string&) {};
  request.only = {"majority", "linear_svm"};
  const std::vector<Baseline> baselines = fit_baselines(request);
  REQUIRE(baselines.size() == 2);
  CHECK(baselines[0].test_kept.size() == 2 * 90);
  CHECK((baselines[0].test_kept[0] > 0.5 && baselines[0].test_kept[1] < 0.5));
  Index right = 0;
  for (std::size_t i = 0; i < 180; ++i)
    right += (baselines[1].test_kept[i] > 0.5) == (data.data.test.targets[i] > 0.5);
  CHECK(right > 170);
}

TEST_CASE("what has no baseline is refused with what has") {
  const TextData data = reviews(12);
  CHECK_THROWS_WITH(Fitted(data.data, data.texts, {"svm"}),
                    catch_matchers::Contains("there is no baseline \"svm\"; there are majority, nearest_"));
}

TEST_CASE("where each row has a label, that is the most frequent one of its token") {
  LoadedData data;
  data.preprocessing.tokenizer = test::word_tokenizer({"<unk>", "the", "Rome", "May", "new"});
  const auto fill = [](Sequences& split, std::vector<std::int32_t> tokens, std::vector<double> labels) {
    split.tokens.insert(split.tokens.end(), tokens.begin(), tokens.end());
    split.targets.insert(split.targets.end(), labels.begin(), labels.end());
    split.offsets.push_back(std::ssize(split.tokens));
  };
  fill(data.train, {1, 2, 3}, {1, 0, 0});
  fill(data.train, {1, 2, 3, 3}, {1, 0, 1, 1});
  fill(data.test, {2, 3, 1, 4, 2}, {0, 1, 1, 0, 1});  // 4 was not in training, where most rows are 1
  fill(data.test, {2}, {0});
  const std::unique_ptr<Task> task = task_of("token_labels", {"O B-PLACE"}, data);
  const SplitTexts no_texts;
  BaselineRequest request{data, no_texts, *task, builtin_tasks().find("token_labels")->metrics};
  const std::vector<Baseline> baselines = fit_baselines(request);
  REQUIRE(baselines.size() == 1);
  CHECK(baselines[0].settings == "of each token");
  CHECK(baselines[0].test_kept == std::vector<double>{0, 1, 1, 1, 0, 0});
  CHECK(baselines[0].test.values.front() == 4.0 / 6);
  CHECK(baselines[0].validation.values.empty());
  request.only = {"linear_svm"};
  CHECK_THROWS_WITH(fit_baselines(request), catch_matchers::Contains("the one baseline is majority"));
}
