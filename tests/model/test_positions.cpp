// The positions slot: what its layer adds to rows, or tells attention.
#include <orochi/classifier.hpp>

#include "catch.hpp"
#include "model/layer_trial.hpp"

namespace orochi {
namespace {

/// A custom layer: positions that attention applies by both of its ways.
class Both : public Layer {
 public:
  explicit Both(Builder& builder) { builder.attention_positions() = {true, true}; }
  Rows forward(const Rows& x) const override { return x; }
};

/// A layer of attention that keeps what it was told.
class Listener : public Layer {
 public:
  Listener(Builder& builder, std::vector<AttentionPositions>& heard) {
    heard.push_back(builder.attention_positions());
  }
  Rows forward(const Rows& x) const override { return x; }
};

Config small_config(const std::string& positions) {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  config.model.num_layers = 2;
  config.model.positions = positions;
  return config;
}

Layers layers_with(std::vector<AttentionPositions>& heard) {
  Layers layers = builtin_layers();
  layers.add<Both>("both", Role::rows, "rotary and alibi");
  layers.add({"listener", Role::rows, "keeps what it is told",
              [&heard](Builder& builder) { return std::make_unique<Listener>(builder, heard); }});
  return layers;
}

struct Outcome {
  RowMatrix outputs;  // [B, K]
  Index taken;        // of the tape
};
Outcome outcome_of(const std::string& positions, const Layers& layers) {
  Classifier model(small_config(positions), {11, 0, 9}, 3, layers);
  model.parameters().initialize(7);
  const std::vector<std::int32_t> tokens{1, 2, 3, 4, 1, 7};
  const std::vector<Index> offsets{0, 4, 6};
  const std::vector<std::uint32_t> samples{0, 1};
  Batch batch;
  batch.tokens = tokens, batch.offsets = offsets, batch.samples = samples;
  Tape tape(model.parameters());
  tape.begin(Mode::infer, nullptr, {});
  RowMatrix outputs = model.forward(tape, batch).value();
  return {outputs, static_cast<Index>(tape.used())};
}

}  // namespace

TEST_CASE("a positions layer tells attention, in every block") {
  struct Case {
    std::string name;
    bool rotary, alibi;
  };
  for (const Case& c : {Case{"none", false, false},
                        {"learned", false, false},
                        {"rotary", true, false},
                        {"alibi", false, true},
                        {"both", true, true}}) {
    INFO(c.name);
    std::vector<AttentionPositions> heard;
    Config config = small_config(c.name);
    config.model.attention = "listener";
    const Layers layers = layers_with(heard);
    const Classifier model(config, {11, 0, 9}, 3, layers);
    REQUIRE(heard.size() == 2);
    for (const AttentionPositions& told : heard) CHECK((told.rotary == c.rotary && told.alibi == c.alibi));
    heard.clear();  // a trial of the layer alone hears the same
    const LayerTrial trial(*layers.find("listener"), layers, config, 1);
    REQUIRE(heard.size() == 1);
    CHECK((heard[0].rotary == c.rotary && heard[0].alibi == c.alibi));
  }
}

TEST_CASE("multi-head attention does what a custom positions layer tells it") {
  std::vector<AttentionPositions> heard;
  const Layers layers = layers_with(heard);
  const Outcome none = outcome_of("none", layers), rotary = outcome_of("rotary", layers),
                alibi = outcome_of("alibi", layers), both = outcome_of("both", layers);
  for (const Outcome* other : {&none, &rotary, &alibi})
    CHECK((both.outputs - other->outputs).cwiseAbs().maxCoeff() > 1e-6f);
}

TEST_CASE("positions that are no rows cost nothing") {
  std::vector<AttentionPositions> heard;
  const Layers layers = layers_with(heard);
  CHECK(outcome_of("none", layers).taken < outcome_of("sinusoidal", layers).taken);
  CHECK(outcome_of("none", layers).taken == outcome_of("alibi", layers).taken);
}

}  // namespace orochi
