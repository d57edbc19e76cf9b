// A layer composed of registered ones: it needs no backward pass.
#include <orochi/ops.hpp>

#include "layers.hpp"

using namespace orochi;

namespace {

class GatedBlock : public Layer {
 public:
  explicit GatedBlock(Builder& builder)
      : norm_(builder.layer("norm", "layer_norm")),
        shift_(builder.layer("shift", "token_shift")),
        linear_(builder.layer("linear", "linear")),
        activation_(builder.layer("activation", builder.word("activation"))) {}

  /// x + activation(linear(shift(norm(x)))), [N, C] -> [N, C].
  Rows forward(const Rows& x) const override {
    const Rows y = activation_->forward(linear_->forward(shift_->forward(norm_->forward(x))));
    return x.with(add(x.values, y.values));
  }

 private:
  std::unique_ptr<Layer> norm_, shift_, linear_, activation_;
};

}  // namespace

void add_gated_block(Layers& layers) {
  layers.add<GatedBlock>("gated_block", Role::rows, "norm, token_shift, linear, activation, residual",
                         {{"activation", std::string("silu")}});
}
