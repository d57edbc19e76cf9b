// The keys of [model] that shape it, drop and hide, by what a small model computes.
#include <set>

#include "keys_model.hpp"
#include "small_model.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

using Pairs = std::vector<std::pair<std::string, std::vector<Index>>>;
void check_shapes(void (*change)(ModelConfig&), const Pairs& expected) {
  Config config = plain_config();
  change(config.model);
  const KeyModel model(config);
  for (const auto& [name, shape] : expected) {
    INFO(name);
    CHECK(model.shape(name) == shape);
  }
}

void test_d_model() {
  check_shapes([](ModelConfig& m) { m.d_model = 10; }, {{"embedding.weight", {11, 10}},
                                                        {"encoder.0.attention.query.weight", {10, 10}},
                                                        {"encoder.0.norm1.weight", {10}},
                                                        {"head.weight", {2, 10}}});
}

void test_num_layers() {
  check_shapes([](ModelConfig& m) { m.num_layers = 3; },
               {{"encoder.2.norm1.weight", {width}}, {"encoder.3.norm1.weight", {}}});
  check_shapes([](ModelConfig& m) { m.num_layers = 1; },
               {{"encoder.0.norm1.weight", {width}}, {"encoder.1.norm1.weight", {}}});
}

void check_heads(Index heads, Index head_dim, Index expected_dim) {
  Config config = plain_config();
  config.model.num_heads = heads;
  config.model.head_dim = head_dim;
  KeyModel model(config);
  Recording recording;
  model.run(tokens({1, 2}), Mode::infer, &recording);
  CHECK(recording.records.at(0).options.num_heads == heads);
  CHECK(recording.records.at(0).options.head_dim == expected_dim);
  CHECK(model.shape("encoder.0.attention.query.weight") == std::vector<Index>{heads * expected_dim, width});
  CHECK(model.shape("encoder.0.attention.output.weight") == std::vector<Index>{width, heads * expected_dim});
}
void test_num_heads() {
  check_heads(1, 0, 6);
  check_heads(3, 0, 2);
}
void test_head_dim() { check_heads(3, 5, 5); }

void test_dim_feedforward() {
  check_shapes([](ModelConfig& m) { m.dim_feedforward = 7; },
               {{"encoder.0.feed_forward.linear1.weight", {7, width}},
                {"encoder.0.feed_forward.linear2.weight", {width, 7}}});
  check_shapes([](ModelConfig& m) { m.dim_feedforward = 0; },
               {{"encoder.0.feed_forward.linear1.weight", {4 * width, width}}});
}

/// That each of `values` is one of `allowed`, and that about this share of them is 0.
void check_dropped(const RowMatrix& values, const std::set<double>& allowed, double share) {
  Index zeros = 0, others = 0;
  for (const Scalar value : values.reshaped()) {
    zeros += value == 0;
    others += !allowed.contains(std::round(static_cast<double>(value) * 1e4) / 1e4);
  }
  CHECK(others == 0);
  const auto n = static_cast<double>(values.size());
  CHECK_THAT(static_cast<double>(zeros) / n, WithinAbs(share, 6 * std::sqrt(share * (1 - share) / n) + 1e-9));
}

void test_dropout() {
  const Sequences data = random_sequences(300, 8, 11, 0, 2, 1);
  for (const double p : {0.0, 0.5, 0.75}) {
    Config config = plain_config();
    config.model.dropout = p;
    config.model.attention = config.model.feed_forward = "ones";
    const double kept = 1 / (1 - p);
    const auto all_ones = [](KeyModel& model) { model.set("embedding.weight", 1); };
    const SeenRows rows = around_layer(config, data, Mode::train, all_ones);
    check_dropped(rows.before, {0, kept}, p);                             // embeddings
    check_dropped(rows.after - rows.before, {0, kept, 2 * kept}, p * p);  // two sub-layers, each adding a 1
    check_same(around_layer(config, data, Mode::infer, all_ones).after,
               RowMatrix::Constant(rows.after.rows(), width, 3));
    config.model.attention = "nothing";
    config.model.feed_forward = "feed_forward";  // inside of it, too: linear2(dropout(act(linear1(x))))
    config.model.activation = "relu";
    config.model.dim_feedforward = width;
    const auto handed_on = [&](KeyModel& model) {
      all_ones(model);
      model.set("encoder.1.feed_forward.linear1.weight", 0);
      model.set("encoder.1.feed_forward.linear1.bias", 1);
      model.set_identity("encoder.1.feed_forward.linear2.weight", width);
    };
    const SeenRows inside = around_layer(config, data, Mode::train, handed_on);
    check_dropped(inside.after - inside.before, {0, kept * kept}, 1 - (1 - p) * (1 - p));
  }
}

void test_attention_dropout() {
  const Sequences data = random_sequences(1000, 1, 11, 0, 2, 1);  // of one row: its filter is 1
  for (const double p : {0.0, 0.75}) {
    Config config = plain_config();
    config.model.attention_dropout = p;
    config.model.feed_forward = "nothing";
    const SeenRows rows = around_layer(config, data, Mode::train, [](KeyModel& model) {
      const std::string attention = "encoder.1.attention.";
      model.set("embedding.weight", 1);
      model.set(attention + "value.weight", 0);
      model.set(attention + "value.bias", 1);
      model.set_identity(attention + "output.weight", width);
    });
    check_dropped(rows.after - rows.before, {0, 1 / (1 - p)}, p);
  }
}

void test_norm_first() {
  const Sequences data = tokens({1, 2, 3});
  Config config = plain_config();
  config.model.attention = config.model.feed_forward = "same";
  for (const bool first : {true, false}) {
    config.model.norm_first = first;
    const auto n = [&](const RowMatrix& x) { return normed(x, config.model.layer_norm_eps); };
    const auto [x, y] = around_layer(config, data);
    const RowMatrix u = first ? RowMatrix(x + n(x)) : n(2 * x);
    check_same(y, first ? RowMatrix(u + n(u)) : n(2 * u));
    CHECK(KeyModel(config).shape("norm.weight") == std::vector<Index>(first ? 1 : 0, width));
  }
}

/// Which rows see which: those that change with the token of another, [T, T].
std::vector<std::string> sight(void (*change)(ModelConfig&)) {
  Config config = plain_config();
  change(config.model);
  const std::vector<std::int32_t> ids{1, 2, 3, 4, 5};
  const RowMatrix before = around_layer(config, tokens(ids)).after;
  std::vector<std::string> sees(ids.size(), std::string(ids.size(), '.'));
  for (std::size_t other = 0; other < ids.size(); ++other) {
    std::vector<std::int32_t> changed = ids;
    changed[other] = 9;
    const RowMatrix after = around_layer(config, tokens(changed)).after;
    for (std::size_t row = 0; row < ids.size(); ++row)
      if (after.row(static_cast<Index>(row)) != before.row(static_cast<Index>(row))) sees[row][other] = 'x';
  }
  return sees;
}

using Lines = std::vector<std::string>;
void test_causal() {
  CHECK(sight([](ModelConfig& m) { m.causal = false; }) == Lines(5, "xxxxx"));
  CHECK(sight([](ModelConfig& m) { m.causal = true; }) == Lines{"x....", "xx...", "xxx..", "xxxx.", "xxxxx"});
}
void test_window() {
  CHECK(sight([](ModelConfig& m) { m.window = 1; }) == Lines{"xx...", "xxx..", ".xxx.", "..xxx", "...xx"});
  CHECK(sight([](ModelConfig& m) { m.window = 2, m.causal = true; }) ==
        Lines{"x....", "xx...", "xxx..", ".xxx.", "..xxx"});
}

}  // namespace

KeyTests orochi::model_keys() {
  return {{"model.d_model", test_d_model},
          {"model.num_layers", test_num_layers},
          {"model.num_heads", test_num_heads},
          {"model.head_dim", test_head_dim},
          {"model.dim_feedforward", test_dim_feedforward},
          {"model.dropout", test_dropout},
          {"model.attention_dropout", test_attention_dropout},
          {"model.norm_first", test_norm_first},
          {"model.causal", test_causal},
          {"model.window", test_window}};
}
