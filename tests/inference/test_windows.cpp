// Records in windows: their outputs are means over windows, those of rows are in the rows' order.
#include <cmath>

#include <orochi/batching.hpp>
#include <orochi/inference.hpp>
#include <orochi/model.hpp>
#include <orochi/ops.hpp>

#include "analysis/heads.hpp"
#include "catch.hpp"
#include "small_model.hpp"

using namespace orochi;
using catch_matchers::Contains;
using catch_matchers::WithinRel;

namespace {

class Identity : public Layer {
 public:
  explicit Identity(Builder&) {}
  Rows forward(const Rows& rows) const override { return rows; }
};

/// Two outputs, the mean of the rows and minus that: one channel goes through as it is.
struct MeanModel {
  MeanModel() {
    Layers layers = builtin_layers();
    layers.add<Identity>("identity", Role::rows, "a test's");
    Config config;
    config.model.d_model = 1;
    config.model.num_heads = 1;
    config.model.block = {{"identity", {}}};
    config.model.norm_first = false;
    config.model.positions = "none";
    model = std::make_unique<Classifier>(config, InputShape{0, 1, 4}, 2, layers);
    for (const ParameterView& view : model->parameters().views())
      model->parameters().data()[view.offset] = view.name.ends_with("weight") ? 1 : 0;
    for (const ParameterView& view : model->parameters().views())
      if (view.name == "head.weight") model->parameters().data()[view.offset + 1] = -1;
  }
  std::unique_ptr<Classifier> model;
};

Sequences series(std::vector<float> values, std::vector<Index> offsets, Index window) {
  Sequences data;
  data.channels = 1;
  data.values = {values.begin(), values.end()};
  data.offsets = {offsets.begin(), offsets.end()};
  data.window = window;
  return data;
}

std::vector<Scalar> outputs_of(const Classifier& model, const Sequences& data, int threads = 1) {
  Inference inference(model, "auto", threads);
  std::vector<std::uint32_t> samples;
  const std::span<const Scalar> outputs = inference.outputs(as_batch(data, samples));
  return {outputs.begin(), outputs.end()};
}

/// Random sequences that are windows of at most `most` rows, and a model of them.
struct Records {
  explicit Records(Level level, Index longest = 40, Index most = 7)
      : data(random_sequences(30, longest, 17, 0, classes, 4)), cut(data) {
    if (level == Level::row) {
      data.targets.clear();
      for (const std::int32_t token : data.tokens) data.targets.push_back(token % classes);
    }
    data.window = most;
    cut = data;
    cut_windows(cut);
    model = std::make_unique<Classifier>(small_config(), InputShape{17, 0, most}, OutputShape(classes, level),
                                         builtin_layers());
    model->parameters().initialize(3);
  }
  static constexpr Index classes = 3;
  Sequences data, cut;
  std::unique_ptr<Classifier> model;
};

/// Means over each record's windows of their outputs as sequences by themselves. [B, K]
std::vector<Scalar> means_by_hand(const Records& records) {
  const std::vector<Scalar> all = outputs_of(*records.model, records.cut);  // [W, K]
  std::vector<Scalar> means;
  std::size_t w = 0;
  for (Index b = 0; b < records.data.size(); ++b) {
    const Index n = (records.data.length(b) + records.data.window - 1) / records.data.window;
    for (std::size_t k = 0; k < 3; ++k) {
      double sum = 0;
      for (Index i = 0; i < n; ++i)
        sum += static_cast<double>(all[(w + static_cast<std::size_t>(i)) * 3 + k]);
      means.push_back(static_cast<Scalar>(sum / static_cast<double>(n)));
    }
    w += static_cast<std::size_t>(n);
  }
  CHECK(w * 3 == all.size());
  return means;
}

}  // namespace

TEST_CASE("a record's output is the mean of its windows' outputs", "[windows]") {
  const MeanModel of;
  // [1 3] [5 7] [20]: means 2, 6, 20; not the mean of all rows, which is 7.2. Then [4], which is whole.
  const Sequences data = series({1, 3, 5, 7, 20, 4}, {0, 5, 6}, 2);
  const auto third = static_cast<Scalar>(28.0 / 3);
  CHECK(outputs_of(*of.model, data) == std::vector<Scalar>{third, -third, 4, -4});
  // Four rows at most: [1 3 5] [7 20].
  CHECK(outputs_of(*of.model, series({1, 3, 5, 7, 20}, {0, 5}, 4)) == std::vector<Scalar>{8.25f, -8.25f});
  const std::vector<Scalar> whole = outputs_of(*of.model, series({1, 3, 5, 7, 20}, {0, 5}, 0));
  CHECK_THAT(static_cast<double>(whole[0]), WithinRel(7.2, 1e-6));
}

TEST_CASE("an evaluation of records is that of the means by hand", "[windows]") {
  const Records records(Level::sequence);
  const std::vector<Scalar> means = means_by_hand(records);  // [B, K]
  CHECK(outputs_of(*records.model, records.data) == means);
  CHECK(outputs_of(*records.model, records.data, 3) == means);
  const std::unique_ptr<Task> task = class_task(3);
  Inference inference(*records.model, "auto", 2);
  const Evaluation found = evaluate(inference, *task, records.data);
  CHECK(found.metrics.sequences == 30);
  CHECK(found.metrics.items == 30);
  double sum = 0, right = 0;
  for (std::size_t b = 0; b < 30; ++b) {
    const std::span<const Scalar> mine = std::span(means).subspan(b * 3, 3);
    const double* target = &records.data.targets[b];
    CHECK(found.losses[b] == task->item_loss(mine, {target, 1}));
    CHECK(found.scores[b] == task->score(mine, {target, 1}));
    sum += found.losses[b];
    right += found.scores[b];
  }
  CHECK_THAT(found.metrics.loss, WithinRel(sum / 30, 1e-12));
  CHECK_THAT(found.metrics.figures.values[0], WithinRel(right / 30, 1e-12));
}

TEST_CASE("a record's output does not depend on those beside it, nor on how long it is", "[windows]") {
  Records records(Level::sequence, 2000, 10);  // more rows than one pass takes
  const std::vector<Scalar> means = means_by_hand(records), all = outputs_of(*records.model, records.data);
  CHECK(all == means);
  for (std::uint32_t b = 0; b < 30; ++b) {
    const std::vector<Scalar> alone = outputs_of(*records.model, records.data.take({&b, 1}));
    CHECK(std::equal(alone.begin(), alone.end(), all.begin() + 3 * b));
  }
}

TEST_CASE("outputs of rows are those of their windows, in the rows' order", "[windows]") {
  const Records records(Level::row);
  REQUIRE(records.cut.size() > records.data.size());
  const std::vector<Scalar> found = outputs_of(*records.model, records.data);
  CHECK(found == outputs_of(*records.model, records.cut));
  CHECK(found.size() == records.data.tokens.size() * 3);
  const std::unique_ptr<Task> task = new_task("token_labels");
  task->fit(std::vector<std::string>{"0 1 2"});
  task->fit_split({});
  Inference inference(*records.model, "auto", 2);
  const Evaluation whole = evaluate(inference, *task, records.data),
                   parts = evaluate(inference, *task, records.cut);
  CHECK(whole.kept == parts.kept);
  CHECK(whole.metrics.loss == parts.metrics.loss);
  CHECK(whole.metrics.sequences == 30);
  CHECK(whole.losses.size() == 30);
}

TEST_CASE("Model::predict averages, for lines, rows and sequences", "[windows]") {
  Config config = small_config();
  config.data.format = {"ts", {}};
  config.data.long_sequences = "windows";
  config.data.max_length = 3;
  Preprocessing preprocessing;
  preprocessing.channels = 1;
  preprocessing.mean = {1};
  preprocessing.deviation = {2};
  Model model(config, preprocessing, class_task(3));
  model.classifier->parameters().initialize(3);
  const std::vector<float> rows{1, 5, 2, 8, 3, 9, 4};  // [1 5 2] [8 3] [9 4]
  const Sequences data = series({0, 2, 0.5f, 3.5f, 1, 4, 1.5f}, {0, 7}, 3);
  const std::vector<Scalar> outputs = outputs_of(*model.classifier, data);
  const std::vector<double> expected = model.task->predict(outputs).scores;
  CHECK(model.predict("1,5,2,8,3,9,4").scores == expected);
  CHECK(model.predict(std::span<const float>(rows)).scores == expected);
  CHECK(model.predict(data).front().scores == expected);
  Sequences cut = data;
  cut_windows(cut);
  CHECK(cut.size() == 3);
  CHECK(model.predict(cut).size() == 3);

  std::vector<Scalar> recorded;  // of the record; maps are of the first window
  const std::vector<AttentionRecord> maps = record_sequence(model, data, 0, &recorded);
  CHECK(recorded == outputs);
  CHECK(maps.front().length == 3);
}

TEST_CASE("a model refuses what was to be windows and is not", "[windows]") {
  const MeanModel of;
  const Sequences data = series({1, 3, 5, 7, 20, 4}, {0, 5, 6}, 2);
  Tape tape(of.model->parameters(), "auto");
  tape.begin(Mode::infer, nullptr, {});
  std::vector<std::uint32_t> samples;
  CHECK_THROWS_WITH(of.model->forward(tape, as_batch(data, samples)),
                    Contains("longer than the batch's window of 2 rows"));
  BatchStorage storage;
  const std::vector<std::uint32_t> first{0}, second{1};
  CHECK_THROWS_WITH(of.model->forward(tape, storage.gather(data, first)), Contains("cut_windows"));
  CHECK(of.model->forward(tape, storage.gather(data, second)).value()(0, 0) == 4);
}
