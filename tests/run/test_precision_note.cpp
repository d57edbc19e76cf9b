// What bf16 leaves in fp32 because of its shape is counted as the products themselves decide it.
#include <orochi/ops.hpp>

#include "catch.hpp"
#include "core/packed_weights.hpp"
#include "run/memory_estimate.hpp"
#include "small_model.hpp"

using namespace orochi;
using catch_matchers::Contains;

namespace {

struct Built {
  explicit Built(const Config& config, InputShape input = {30, 0, 8}, OutputShape output = 3)
      : model(config, input, output, builtin_layers()),
        note(precision_note(model.parameters(), config.model)) {}

  /// Weights that are packed in float although bf16 was asked for.
  Index packed_single() const {
    const PackedWeights packed(model.parameters(), kernels::Engine::native, kernels::Precision::bf16);
    Index count = 0;
    for (Index id = 0; id < std::ssize(model.parameters().entries()); ++id)
      count += packed.find({id, 0, 0}) != nullptr;
    return count;
  }

  Classifier model;
  std::string note;
};

}  // namespace

TEST_CASE("nothing is said where only the data's widths keep fp32") {
  Config config = small_config();
  config.model.num_heads = 2;
  CHECK(Built(config).note.empty());                // a head of 3 classes
  CHECK(Built(config, {0, 5, 8}, 7).note.empty());  // an input of 5 channels
  CHECK(Built(config).packed_single() == 1);
}

TEST_CASE("products that stay fp32 are counted, and the first is named") {
  Config config = small_config();
  config.model.num_heads = 2;
  config.model.dim_feedforward = 100;
  const Built narrow(config);
  CHECK(
      narrow.note ==
      "train.precision is \"bf16\", but 4 of 10 products stay fp32, such as "
      "encoder.0.feed_forward.linear1.weight [100, 32]: bf16 takes multiples of 16, and heads of at most 64 "
      "columns");
  CHECK(narrow.packed_single() == 4 + 1);  // and the head

  config.model.dim_feedforward = 0;
  config.model.d_model = 40;
  const Built all(config);
  CHECK_THAT(all.note, Contains("10 of 10 products stay fp32") &&
                           Contains("encoder.0.attention.query.weight [120, 40]"));
  CHECK(all.packed_single() == 8 + 1);  // attention packs nothing
}

TEST_CASE("heads that do not fit are told") {
  Config config = small_config();  // 4 heads of 8 columns
  CHECK_THAT(Built(config).note,
             Contains("2 of 10 products stay fp32, such as attention over heads of 8 columns"));
  config.model.num_heads = 1;
  config.model.d_model = 128;
  CHECK_THAT(Built(config).note, Contains("attention over heads of 128 columns"));
}

namespace {

/// A product of its own width.
class Bottleneck : public Layer {
 public:
  explicit Bottleneck(Builder& builder)
      : down_(builder.weight("down", 12, builder.width())), up_(builder.weight("up", builder.width(), 12)) {}
  Rows forward(const Rows& x) const override { return x.with(linear(linear(x.values, down_), up_)); }

 private:
  Parameter down_, up_;
};

}  // namespace

TEST_CASE("a layer's own width is told by its first weight") {
  Layers layers = builtin_layers();
  layers.add<Bottleneck>("bottleneck", Role::rows, "of 12 columns");
  Config config = small_config();
  config.model.num_heads = 2;
  config.model.block = {{"encoder_layer"}, {"bottleneck"}};
  const Classifier model(config, {30, 0, 8}, 3, layers);
  CHECK_THAT(precision_note(model.parameters(), config.model),
             Contains("2 of 7 products stay fp32, such as encoder.1.down [12, 32]"));
}
