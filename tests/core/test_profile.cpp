// A profile charges time to layers by name: to each its own, forward and backward, whether or not its
// operations report what they do.
#include <algorithm>
#include <chrono>

#include <orochi/classifier.hpp>
#include <orochi/profile.hpp>

#include "catch.hpp"

using namespace orochi;

namespace {

/// x, after much work that no operation reports.
class Slow : public Layer {
 public:
  explicit Slow(Builder&) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
    for (int i = 0; i < 20000; ++i) y.value() = x.value() * Scalar(i % 2 == 0 ? 0.5 : 1);
    y.pullback([=] {
      MatrixMap dx = x.grad_sum();  // [N, C]
      for (int i = 0; i < 20000; ++i) dx = y.grad() * Scalar(i % 2 == 0 ? 0.5 : 1);
    });
    return rows.with(y);
  }
};

/// A layer around another.
class Around : public Layer {
 public:
  explicit Around(Builder& builder) : inner_(builder.layer("inner", "slow")) {}
  Rows forward(const Rows& x) const override { return inner_->forward(x); }

 private:
  std::unique_ptr<Layer> inner_;
};

Config small_config() {
  Config config;
  config.model.d_model = 8;
  config.model.num_heads = 2;
  config.model.block = {{"around"}, {"encoder_layer"}};
  return config;
}

Layers layers() {
  Layers registry = builtin_layers();
  registry.add<Slow>("slow", Role::rows, "slow");
  registry.add<Around>("around", Role::rows, "a layer around another");
  return registry;
}

}  // namespace

TEST_CASE("each layer is charged its own time, forward and backward") {
  const Layers registry = layers();
  Classifier model(small_config(), {5, 0, 4}, 2, registry);
  model.parameters().initialize(1);
  const std::vector<std::int32_t> tokens{1, 2, 3, 4, 0};
  const std::vector<Index> offsets{0, 3, 5};
  const std::vector<std::uint32_t> samples{0, 1};
  Batch batch;
  batch.tokens = tokens;
  batch.offsets = offsets;
  batch.samples = samples;

  Gradients gradients(model.parameters());
  Tape tape(model.parameters());
  Profile profile;
  tape.set_observer(&profile);
  const auto start = std::chrono::steady_clock::now();
  tape.begin(Mode::train, &gradients, {1, 0});
  const Var logits = model.forward(tape, batch);  // [2, 2]
  logits.add_grad(RowMatrix::Ones(2, 2));
  tape.backward();
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  double sum = 0;
  std::vector<std::string> names;
  for (const Profile::LayerTime& layer : profile.layers()) {
    names.push_back(layer.name);
    sum += layer.forward + layer.backward;
    INFO(layer.name);
    CHECK(layer.forward > 0);
    // Nothing is recorded in a layer that only calls others.
    CHECK((layer.backward > 0) == (layer.name != "encoder.0" && layer.name != "encoder.1"));
  }
  CHECK(sum <= elapsed);  // an inner layer's time counted for the outer one as well would be twice as much
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"embedding", "encoder.0", "encoder.0.inner", "encoder.1",
                                          "encoder.1.attention", "encoder.1.feed_forward", "encoder.1.norm1",
                                          "encoder.1.norm2", "head", "norm", "pooling", "positions"});

  Profile both;
  both.add(profile);
  both.add(profile);
  REQUIRE(both.layers().size() == profile.layers().size());
  CHECK(both.layers()[0].forward == 2 * profile.layers()[0].forward);
  CHECK(both.layers()[0].backward == 2 * profile.layers()[0].backward);
}
