// The options of [task] other than classification's: what each changes in a loss, a target or a threshold.
#include <orochi/batching.hpp>
#include <orochi/dataset.hpp>

#include "catch.hpp"
#include "core/as_size.hpp"
#include "keys.hpp"
#include "tasks.hpp"
#include "tokenizers.hpp"

using namespace orochi;

namespace {

/// The loss of some outputs for the targets that the task learned from.
double loss_of(const std::string& type, const Options& options, const std::vector<std::string>& targets,
               const std::vector<Scalar>& values) {
  const std::unique_ptr<Task> task = new_task(type, options);
  task->fit(targets);
  std::vector<double> numbers;
  for (const std::string& target : targets) task->parse(target, numbers);
  task->fit_split(numbers);
  Parameters none;
  none.allocate();
  Tape tape(none);
  tape.begin(Mode::infer, nullptr, {});
  Var outputs = tape.input(std::ssize(values) / task->outputs(), task->outputs(), false);
  std::copy(values.begin(), values.end(), outputs.data());
  std::vector<Index> offsets;
  for (Index i = 0; i <= outputs.rows(); ++i) offsets.push_back(i);
  Batch batch;
  batch.offsets = offsets;
  batch.targets = numbers;
  batch.target_width = task->target_width();
  return static_cast<double>(task->loss(outputs, batch, 1).value()(0, 0));
}

void test_loss() {
  const auto loss = [](const Options& options) {
    return loss_of("regression", options, {"-1", "1"}, {2, 1});
  };
  CHECK(loss({}) == 9);                                  // (2 + 1)^2 + 0
  CHECK(loss({{"loss", std::string("huber")}}) == 2.5);  // 1 (3 - 1 / 2)
}

void test_delta() {
  const Options options{{"loss", std::string("huber")}, {"delta", 2.0}};
  CHECK(loss_of("regression", options, {"-1", "1"}, {2, 1}) == 4);  // 2 (3 - 2 / 2)
}

void test_positive_weights() {
  const auto loss = [](const Options& options) { return loss_of("multi_label", options, {"a", ""}, {0, 0}); };
  CHECK(std::abs(loss({}) - 2 * std::log(2.0)) < 1e-6);
  CHECK(std::abs(loss({{"positive_weights", std::vector<double>{3}}}) - 4 * std::log(2.0)) < 1e-6);
}

void test_separator() {
  const std::unique_ptr<Task> task = new_task("multi_label", {{"separator", std::string("semicolon")}});
  task->fit(std::vector<std::string>{"a,b;c"});
  CHECK(labels_of(*task) == std::vector<std::string>{"a,b", "c"});
}

void test_tune_thresholds() {
  for (const bool tunes : {true, false}) {
    const std::unique_ptr<Task> task = new_task("multi_label", {{"tune_thresholds", tunes}});
    task->fit(std::vector<std::string>{"a", ""});
    const std::vector<double> scores{0.25, 0.125}, targets{1, 0};
    const std::vector<Index> offsets{0, 1, 2};
    task->tune({scores, targets, offsets});
    State state;
    task->save(state);
    CHECK(state.numbers("tuned_thresholds") == std::vector<double>{tunes ? 0.1875 : 0.5});
  }
}

void test_calibrate() {
  for (const bool calibrates : {true, false}) {
    const std::unique_ptr<Task> task = new_task("classification", {{"calibrate", calibrates}});
    task->fit(std::vector<std::string>{"a", "b"});
    REQUIRE(task->kept() == (calibrates ? 2 : 1));
    // Three of four are right, at a logit of 2: p = 3 / 4 is at ln 3.
    const std::vector<double> logits{2, 0, 2, 0, 2, 0, 2, 0}, targets{0, 0, 0, 1};
    const std::vector<Index> offsets{0, 1, 2, 3, 4};
    task->tune({std::span(logits).first(as_size(4 * task->kept())), targets, offsets});
    const std::vector<Scalar> outputs{2, 0};
    CHECK(std::abs(task->predict(outputs).scores[0] - (calibrates ? 0.75 : 1 / (1 + std::exp(-2.0)))) < 1e-9);
    State state;
    task->save(state);
    CHECK(state.has("tuned_temperature") == calibrates);
    const std::unique_ptr<Task> again = new_task("classification", {{"calibrate", calibrates}});
    again->load(state);
    CHECK(again->predict(outputs).scores == task->predict(outputs).scores);
    CHECK(again->item_loss(outputs, {targets.data(), 1}) == task->item_loss(outputs, {targets.data(), 1}));
  }
}

void test_label_smoothing_of_rows() {
  const auto loss = [](const Options& options) {
    return loss_of("token_labels", options, {"a b"}, {2, 0, 0, 2});
  };
  const double right = std::log(1 + std::exp(-2.0));
  CHECK(std::abs(loss({}) - 2 * right) < 1e-6);
  CHECK(std::abs(loss({{"label_smoothing", 0.5}}) - 2 * (0.75 * right + 0.25 * (right + 2))) < 1e-6);
}

void test_class_weights_of_rows() {
  const Options options{{"class_weights", std::vector<double>{3, 1}}};
  const double right = std::log(1 + std::exp(-2.0));
  CHECK(std::abs(loss_of("token_labels", options, {"a b"}, {2, 0, 0, 2}) - 4 * right) < 1e-6);
}

/// How many of 10 rows are asked.
std::size_t asked_of(const std::string& type, const Options& options) {
  const std::unique_ptr<Task> task = new_task(type, options);
  Preprocessing rows;
  rows.tokenizer = test::word_tokenizer({"<unk>", "a", "b"});
  rows.channels = type == "masked_rows" ? 1 : 0;
  task->prepare(rows);
  Sequences data;
  data.tokens = {1, 2, 1, 2, 1, 2, 1, 2, 1, 2};
  data.values.assign(10, 0.5f);
  data.channels = rows.channels;
  data.offsets = {0, 10};
  std::vector<std::uint32_t> samples;
  Asked asked;
  return ask(*task, as_batch(data, samples), {1, 1}, asked).asked.size();
}

void test_share(const std::string& type) {
  CHECK(asked_of(type, {}) == 2);  // round(1.5)
  CHECK(asked_of(type, {{"share", 0.7}}) == 7);
}

/// All rows in one run, or in two.
void test_span(const std::string& type) {
  const std::size_t asked = asked_of(type, {{"span", std::int64_t{10}}});
  CHECK(asked > 2);  // one of at most two runs; of single rows two
}

void test_whole_words() {
  CHECK_THROWS_WITH(asked_of("masked_tokens", {{"whole_words", true}}),
                    Catch::Matchers::Contains("goes on with a word"));
}

}  // namespace

KeyTests orochi::task_keys() {
  return {{"task.regression.loss", test_loss},
          {"task.regression.delta", test_delta},
          {"task.multi_label.positive_weights", test_positive_weights},
          {"task.multi_label.separator", test_separator},
          {"task.multi_label.tune_thresholds", test_tune_thresholds},
          {"task.classification.calibrate", test_calibrate},
          {"task.masked_tokens.share", [] { test_share("masked_tokens"); }},
          {"task.masked_tokens.span", [] { test_span("masked_tokens"); }},
          {"task.masked_tokens.whole_words", test_whole_words},
          {"task.masked_rows.share", [] { test_share("masked_rows"); }},
          {"task.masked_rows.span", [] { test_span("masked_rows"); }},
          {"task.token_labels.label_smoothing", test_label_smoothing_of_rows},
          {"task.token_labels.class_weights", test_class_weights_of_rows}};
}
