// A layer with a backward pass of its own: each row gets a trained share of the row before it.
#include <orochi/ops.hpp>

#include "layers.hpp"

using namespace orochi;

namespace {

class TokenShift : public Layer {
 public:
  explicit TokenShift(Builder& builder)
      : share_(builder.vector("share", builder.width(), Init::normal(builder.number("scale")))) {}

  /// y[t] = x[t] + share * x[t - 1], [N, C] -> [N, C]; a sequence's first row stays as it is.
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values;
    const Batch batch = rows.batch;
    const Var share = parameter(x.tape(), share_);  // [1, C]
    Var y = x.tape().result(x.rows(), x.cols());    // [N, C]
    y.value() = x.value();
    for (Index b = 0; b < batch.num_sequences(); ++b)
      for (Index t = batch.first_row(b) + 1; t < batch.first_row(b) + batch.length(b); ++t)
        y.value().row(t) += share.value().row(0).cwiseProduct(x.value().row(t - 1));

    y.pullback([=] {
      x.add_grad(y.grad());
      MatrixMap dx = x.grad_sum(), dshare = share.grad_sum();
      for (Index b = 0; b < batch.num_sequences(); ++b) {
        for (Index t = batch.first_row(b) + 1; t < batch.first_row(b) + batch.length(b); ++t) {
          dx.row(t - 1) += share.value().row(0).cwiseProduct(y.grad().row(t));
          dshare += x.value().row(t - 1).cwiseProduct(y.grad().row(t));
        }
      }
    });
    return rows.with(y);
  }

 private:
  Parameter share_;  // [C]
};

}  // namespace

void add_token_shift(Layers& layers) {
  layers.add<TokenShift>("token_shift", Role::rows, "adds a trained share of the row before",
                         {{"scale", 0.5}});
}
