// Depthwise convolution: y[t] = x[t] + sum over k of w[k] * x[t + k - 2], within each sequence.
#include <orochi/ops.hpp>

#include "extensions.hpp"

using namespace orochi;
namespace {
class Depthwise : public Layer {
 public:
  explicit Depthwise(Builder& builder)
      : weight_(builder.weight("weight", builder.integer("kernel"), builder.width())) {}
  Rows forward(const Rows& rows) const override {
    const Var x = rows.values, w = parameter(x.tape(), weight_);  // [N, C], [kernel, C]
    const Batch batch = rows.batch;
    Var y = x.tape().result(x.rows(), x.cols());  // [N, C]
    y.value() = x.value();
    for_taps(batch, w.rows(), [&](Index to, Index from, Index k) {
      y.value().row(to) += w.value().row(k).cwiseProduct(x.value().row(from));
    });
    y.pullback([=] {
      x.add_grad(y.grad());
      MatrixMap dx = x.grad_sum(), dw = w.grad_sum();
      for_taps(batch, w.rows(), [&](Index to, Index from, Index k) {
        dx.row(from) += w.value().row(k).cwiseProduct(y.grad().row(to));
        dw.row(k) += x.value().row(from).cwiseProduct(y.grad().row(to));
      });
    });
    return rows.with(y);
  }

 private:
  /// Each row with the neighbors in its own sequence: tap(row, neighbor, position in the kernel).
  static void for_taps(const Batch& batch, Index kernel, const auto& tap) {
    for (Index b = 0; b < batch.num_sequences(); ++b)
      for (Index t = 0; t < batch.length(b); ++t)
        for (Index k = 0, s = t - kernel / 2; k < kernel; ++k, ++s)
          if (s >= 0 && s < batch.length(b)) tap(batch.first_row(b) + t, batch.first_row(b) + s, k);
  }
  Parameter weight_;
};
}  // namespace

void add_depthwise(Layers& layers) {
  layers.add<Depthwise>("depthwise", Role::rows, "convolution", {Option("kernel", 5).from(1).to(99)});
}
