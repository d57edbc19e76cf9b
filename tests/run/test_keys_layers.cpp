// The keys of [model] that choose its layers, against the formulas of docs/checkpoint.md.
#include "keys_model.hpp"

using namespace orochi;
using catch_matchers::WithinAbs;

namespace {

void test_layer_norm_eps() {
  for (const char* name : {"layer_norm", "rms_norm"})
    for (const double eps : {1e-12, 0.5}) {
      Config config = plain_config();
      config.model.layer_norm_eps = eps;
      config.model.block = {{"spy"}, {name}, {"spy"}};
      KeyModel model(config);
      for (Scalar& value : model.values("embedding.weight")) value *= 0.1f;  // a small variance
      model.run(tokens({1, 2, 3}));
      check_same(model.seen.at(1), normed(model.seen.at(0), eps, std::string(name) == "layer_norm"));
    }
}

void test_norm() {
  Config config = plain_config();
  config.model.norm = "twice";
  config.model.attention = config.model.feed_forward = "same";
  const auto [x, y] = around_layer(config, tokens({1, 2, 3}));
  check_same(y, 9 * x);  // u = x + 2 x, y = u + 2 u
  config.model.block = {{"spy"}, {"encoder_layer"}, {"spy"}};
  KeyModel model(config);
  model.set("head.weight", 1);
  const RowMatrix logits = model.run(tokens({1, 2, 3}));  // of the mean row, after a norm once more
  CHECK_THAT(static_cast<double>(logits(0, 0)),
             WithinAbs(2.0 * static_cast<double>(model.seen.at(1).sum()) / 3, 1e-4));
}

void test_activation() {
  const std::vector<std::pair<std::string, double (*)(double)>> functions{
      {"relu", [](double x) { return std::max(x, 0.0); }},
      {"gelu", [](double x) { return x * (1 + std::erf(x / std::sqrt(2.0))) / 2; }},
      {"gelu_tanh",
       [](double x) {
         return x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x))) / 2;
       }},
      {"silu", [](double x) { return x / (1 + std::exp(-x)); }},
      {"twice", [](double x) { return 2 * x; }}};
  for (const auto& [name, function] : functions) {
    Config config = plain_config();
    config.model.attention = "nothing";
    config.model.norm = "same";
    config.model.activation = name;
    config.model.dim_feedforward = width;
    const auto [x, y] = around_layer(config, tokens({1, 2, 3, 4}), Mode::infer, [](KeyModel& model) {
      for (Scalar& value : model.values("embedding.weight")) value *= 4;
      model.set_identity("encoder.1.feed_forward.linear1.weight", width);
      model.set_identity("encoder.1.feed_forward.linear2.weight", width);
    });
    INFO(name);
    check_same(y - x, x.unaryExpr([&](Scalar v) { return static_cast<Scalar>(function(v)); }));
  }
}

void test_positions() {
  const std::vector<std::int32_t> there{1, 2, 3, 4}, other{1, 3, 2, 4};
  for (const std::string name : {"none", "learned", "sinusoidal", "rotary", "alibi"}) {
    Config config = plain_config();
    config.model.positions = name;
    config.model.num_heads = 1;
    config.model.block = {{"spy"}, {"encoder_layer"}};
    KeyModel model(config);
    const RowMatrix mixed = model.run(tokens(other)), straight = model.run(tokens(there));
    RowMatrix expected(4, width);
    for (Index t = 0; t < 4; ++t)
      for (Index j = 0; j < width; ++j) {
        const double angle =
            static_cast<double>(t) / std::pow(10000.0, static_cast<double>(j / 2 * 2) / width);
        const double wave = std::sqrt(2.0 / width) * (j % 2 == 0 ? std::sin(angle) : std::cos(angle));
        const auto at = static_cast<std::size_t>(t * width + j);
        expected(t, j) = model.values("embedding.weight")[at + width];  // token t + 1
        if (name == "learned") expected(t, j) += model.values("positions.weight")[at];
        if (name == "sinusoidal") expected(t, j) += static_cast<Scalar>(wave);
      }
    INFO(name);
    check_same(model.seen.at(0), expected);
    CHECK(((straight - mixed).cwiseAbs().maxCoeff() > 1e-4f) == (name != "none"));
  }
}

/// W x of the first row; the bias is 0 at first.
RowMatrix pooler_product(KeyModel& model, const RowMatrix& x) {
  return x.row(0) * MatrixMap(model.values("pooling.weight").data(), width, width).transpose();
}

void test_pooler_activation() {
  Config config = plain_config();
  config.model.pooling = "pooler";
  config.model.norm_first = false;
  config.model.block = {{"spy"}};
  config.layer["pooler"]["activation"] = "relu";
  KeyModel model(config);
  const RowMatrix logits = model.run(tokens({1, 2, 3}));
  const RowMatrix pooled = pooler_product(model, model.seen.at(0)).cwiseMax(0);
  check_same(logits, pooled * MatrixMap(model.values("head.weight").data(), 2, width).transpose());
}

/// Rows as they come to the first block, of tokens 1, 2, 3 of the first text.
RowMatrix embedded(
    const Config& config, const std::function<void(KeyModel&)>& prepare = [](KeyModel&) {}) {
  Config with_spy = config;
  with_spy.model.block = {{"spy"}};
  KeyModel model(with_spy);
  prepare(model);
  model.run(tokens({1, 2, 3}));
  return model.seen.at(0);
}

void test_segments() {
  Config config = plain_config();
  const RowMatrix without = embedded(config);
  config.layer["token_embedding"]["segments"] = Index{2};
  const auto prepare = [](KeyModel& model) {
    const std::span<Scalar> segment = model.values("embedding.segment");
    CHECK(segment.size() == 2 * width);
    std::fill(segment.begin(), segment.begin() + width, Scalar(3));
  };
  check_same(embedded(config, prepare), RowMatrix(without.array() + Scalar(3)));
}

/// The difference that n-grams make to each row, by the value of all rows of their table: 1.
RowMatrix added_by_ngrams(std::int64_t longest, std::int64_t buckets) {
  Config config = plain_config();
  const RowMatrix without = embedded(config);
  config.layer["token_embedding"] = {{"ngrams", longest}, {"ngram_buckets", buckets}};
  return embedded(config,
                  [&](KeyModel& model) {
                    if (longest > 1)
                      CHECK(model.shape("embedding.ngrams") == std::vector<Index>{buckets, width});
                    model.set("embedding.ngrams", 1);
                  }) -
         without;
}

void test_ngrams() {  // test_ngrams has the rest
  CHECK(added_by_ngrams(1, 5).isZero());
  RowMatrix expected(3, width);
  expected << RowMatrix::Zero(1, width), RowMatrix::Ones(2, width);
  check_same(added_by_ngrams(2, 5), expected);
  expected.row(2) *= 2;
  check_same(added_by_ngrams(4, 9), expected);
}

void test_kernel_size() {  // test_input_projection has the rest
  Config config = plain_config();
  const auto shape = [&] {
    const Classifier model(config, {0, 2, 8}, 2, builtin().layers);
    for (const ParameterView& view : model.parameters().views())
      if (view.name == "input.weight") return view.shape;
    return std::vector<Index>{};
  };
  CHECK(shape() == std::vector<Index>{width, 2});
  config.layer["input_projection"] = {{"kernel_size", Index{3}}};
  CHECK(shape() == std::vector<Index>{width, 3 * 2});
}

void test_members() {
  Config config = plain_config();
  const KeyModel one(config);
  config.model.members = 3;
  KeyModel three(config);
  CHECK(three.shape("embedding.weight").empty());
  CHECK(three.shape("member.2.embedding.weight") == std::vector<Index>{11, width});
  CHECK(three.classifier.parameters().count() == 3 * one.classifier.parameters().count());
  RowMatrix sum = RowMatrix::Zero(1, 2);
  for (const int member : {0, 1, 2}) {
    KeyModel alone(plain_config());
    for (const ParameterView& view : alone.classifier.parameters().views())
      std::ranges::copy(three.values("member." + std::to_string(member) + "." + view.name),
                        alone.values(view.name).begin());
    sum += alone.run(tokens({1, 2, 3}));
  }
  check_same(three.run(tokens({1, 2, 3})), sum / 3);
}

void test_embedding_norm() {
  Config config = plain_config();
  const RowMatrix without = embedded(config);
  config.model.embedding_norm = true;
  check_same(embedded(config), normed(without, config.model.layer_norm_eps));
}

void test_embedding_dim() {
  Config config = plain_config();
  config.model.embedding_dim = 3;
  config.model.positions = "learned";
  RowMatrix expected;
  const RowMatrix found = embedded(config, [&](KeyModel& model) {
    CHECK(model.shape("embedding.weight") == std::vector<Index>{11, 3});
    CHECK(model.shape("positions.weight") == std::vector<Index>{8, 3});
    const MatrixMap table(model.values("embedding.weight").data(), 11, 3),
        positions(model.values("positions.weight").data(), 8, 3),
        projection(model.values("embedding_projection.weight").data(), width, 3);
    expected = (table.middleRows(1, 3) + positions.topRows(3)) * projection.transpose();
  });
  check_same(found, expected);
}

void test_pooling() {
  for (const std::string name : {"cls", "first", "pooler", "mean", "max", "attention"}) {
    Config config = plain_config();
    config.model.pooling = name;
    config.model.norm_first = false;
    config.model.block = {{"spy"}};
    KeyModel model(config);
    const RowMatrix logits = model.run(tokens({1, 2, 3}));
    const RowMatrix x = model.seen.at(0);
    RowMatrix pooled = x.colwise().mean();
    if (name == "cls") {
      CHECK(x.rows() == 4);
      pooled = MatrixMap(model.values("class_token").data(), 1, width);
      CHECK(x.row(0) == pooled.row(0));
    } else if (name == "first") {
      pooled = x.row(0);
    } else if (name == "pooler") {
      pooled = pooler_product(model, x).array().tanh();
    } else if (name == "max") {
      pooled = x.colwise().maxCoeff();
    } else if (name == "attention") {
      const MatrixMap query(model.values("pooling.query").data(), width, 1);
      RowMatrix share = (x * query / std::sqrt(static_cast<Scalar>(width))).array().exp();
      share /= share.sum();
      pooled = share.transpose() * x;
    }
    INFO(name);
    check_same(logits, pooled * MatrixMap(model.values("head.weight").data(), 2, width).transpose());
  }
}

void check_layer(void (*change)(ModelConfig&), float factor) {
  Config config = plain_config();
  config.model.attention = config.model.feed_forward = "nothing";
  config.model.norm = "same";
  change(config.model);
  const auto [x, y] = around_layer(config, tokens({1, 2, 3}));
  check_same(y, factor * x);
}
void test_attention() {
  check_layer([](ModelConfig& m) { m.attention = "twice"; }, 3);
}
void test_feed_forward() {
  check_layer([](ModelConfig& m) { m.feed_forward = "twice"; }, 3);
}

void test_blocks() {
  Config config = plain_config();
  config.model.block = {{"spy"}, {"twice"}, {"twice"}, {"spy"}};
  KeyModel model(config);
  model.run(tokens({1, 2, 3}));
  check_same(model.seen.at(1), 4 * model.seen.at(0));
  CHECK(model.shape("encoder.0.norm1.weight").empty());
}

}  // namespace

KeyTests orochi::layer_keys() {
  return {{"model.layer_norm_eps", test_layer_norm_eps},
          {"model.norm", test_norm},
          {"model.activation", test_activation},
          {"model.positions", test_positions},
          {"model.pooling", test_pooling},
          {"pooling.pooler.activation", test_pooler_activation},
          {"input.token_embedding.segments", test_segments},
          {"input.token_embedding.ngrams", test_ngrams},
          {"input.token_embedding.ngram_buckets", test_ngrams},
          {"input.input_projection.kernel_size", test_kernel_size},
          {"model.members", test_members},
          {"model.embedding_norm", test_embedding_norm},
          {"model.embedding_dim", test_embedding_dim},
          {"model.attention", test_attention},
          {"model.feed_forward", test_feed_forward},
          {"model.block", test_blocks}};
}
