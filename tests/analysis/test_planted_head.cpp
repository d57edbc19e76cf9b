// A head that the answer needs by construction: maps, ablation and importance must name it.
#include <algorithm>
#include <random>

#include <orochi/model.hpp>

#include "analysis/heads.hpp"
#include "catch.hpp"
#include "small_model.hpp"

using namespace orochi;

namespace {

constexpr Index filler = 6, plus = 6, minus = 7, vocabulary = 8, d_model = 16, head_dim = 4;
constexpr Index planted_layer = 0, planted_head = 2;  // from 0

/// Sequences of filler with one sign at any place, which is the label.
Sequences signed_sequences(Index count) {
  std::mt19937 numbers(7);
  Sequences data;
  for (Index b = 0; b < count; ++b) {
    const Index length = 5 + static_cast<Index>(numbers() % 20u),
                place = static_cast<Index>(numbers()) % length;
    const auto label = static_cast<std::int32_t>(numbers() % 2u);
    for (Index i = 0; i < length; ++i)
      data.tokens.push_back(static_cast<std::int32_t>(i == place ? (label == 1 ? plus : minus)
                                                                 : static_cast<Index>(numbers()) % filler));
    data.offsets.push_back(data.offsets.back() + length);
    data.targets.push_back(label);
  }
  return data;
}

/// Names of parameters to their memory.
struct Weights {
  Parameters& parameters;
  Scalar& at(const std::string& name, Index row, Index col) {
    for (const ParameterView& view : parameters.views())
      if (view.name == name) return parameters.data()[view.offset + row * view.shape.back() + col];
    FAIL(name);
    return *parameters.data();
  }
};

/// Every token has a column of its own; the planted head looks for the signs and writes which it saw to
/// column 15, which the classifier reads. All other heads are small and random.
Model planted_model(const Extensions& extensions) {
  Model trained;
  trained.config.model.d_model = d_model;
  trained.config.model.num_heads = 4;
  trained.config.model.num_layers = 2;
  trained.config.model.positions = "none";
  trained.input = {vocabulary, 0, 40};
  trained.extensions = extensions;
  trained.task = class_task(2);
  trained.classifier = std::make_unique<Classifier>(trained.config, trained.input, 2, extensions.layers);
  Parameters& parameters = trained.classifier->parameters();
  parameters.initialize(3);
  for (const ParameterView& view : parameters.views())
    if (view.name.find("norm") == std::string::npos)
      for (Index i = 0; i < view.size; ++i)
        parameters.data()[view.offset + i] *=
            view.name.find("embedding") == std::string::npos ? Scalar(0.2) : Scalar(0);
  Weights weights{parameters};
  for (Index token = 0; token < vocabulary; ++token) weights.at("embedding.weight", token, token) = 1;
  const std::string attention = "encoder." + std::to_string(planted_layer) + ".attention.";
  const Index row = planted_head * head_dim;
  weights.at(attention + "query.bias", 0, row) = 4;
  for (const Index sign : {plus, minus}) weights.at(attention + "key.weight", row, sign) = 4;
  weights.at(attention + "value.weight", row, plus) = 1;
  weights.at(attention + "value.weight", row, minus) = -1;
  weights.at(attention + "output.weight", 15, row) = 1;
  weights.at("head.weight", 0, 15) = -3;
  weights.at("head.weight", 1, 15) = 3;
  return trained;
}

/// Of each head, the mean weight that queries give to the sign.
std::vector<double> weight_on_sign(const Model& trained, const Sequences& data) {
  std::vector<double> sums(8, 0);
  for (Index b = 0; b < data.size(); ++b) {
    const auto tokens = data.tokens.begin() + data.offsets[b];
    const Index t = data.length(b),
                place = std::find_if(tokens, tokens + t, [](std::int32_t token) { return token >= plus; }) -
                        tokens;
    for (const AttentionRecord& record : record_sequence(trained, data, b))
      for (Index h = 0; h < 4; ++h)
        for (Index q = 0; q < t; ++q)
          sums[static_cast<std::size_t>(record.layer * 4 + h)] +=
              static_cast<double>(record.map[static_cast<std::size_t>((h * t + q) * t + place)]) /
              static_cast<double>(t * data.size());
  }
  return sums;
}

}  // namespace

TEST_CASE("maps, ablation and importance name the head that was planted") {
  const Extensions extensions = builtin();
  const Sequences data = signed_sequences(150);
  const Model trained = planted_model(extensions);
  const std::vector<double> looks = weight_on_sign(trained, data);
  const Ablation ablation = ablate_heads(trained, data, {}, 2);
  CHECK(ablation.score == 1);
  constexpr std::size_t planted = planted_layer * 4 + planted_head;
  for (std::size_t i = 0; i < 8; ++i) {
    const HeadFigures& head = ablation.heads[i];
    INFO("layer " << head.layer << " head " << head.head);
    if (i == planted) {
      CHECK(looks[i] > 0.9);
      CHECK(head.score < 0.7);
      CHECK(head.score_drop.low > 0.3);
      CHECK(head.loss_rise.low > 0.3);
      continue;
    }
    CHECK(looks[i] < 0.3);
    CHECK(head.score > 0.95);
    CHECK(head.importance < 0.2 * ablation.heads[planted].importance);
    CHECK(head.loss_rise.value < 0.2 * ablation.heads[planted].loss_rise.value);
    CHECK(head.entropy > ablation.heads[planted].entropy);
  }
}
