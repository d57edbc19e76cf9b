// Attention of linear cost (Katharopoulos et al. 2020), composed: elu + 1 in the place of softmax.
#include <orochi/ops.hpp>

#include "layers.hpp"

using namespace orochi;

namespace {

class LinearAttention : public Layer {
 public:
  explicit LinearAttention(Builder& builder)
      : heads_(builder.model().num_heads),
        qkv_(builder.weight("qkv.weight", 3 * builder.width(), builder.width())),
        output_(builder.weight("output.weight", builder.width(), builder.width())) {}

  /// y[t] = phi(q[t]) S / (phi(q[t]) . z), S = sum of phi(k)^T v, z = sum of phi(k); [N, C] -> [N, C].
  Rows forward(const Rows& x) const override {
    const Var qkv = linear(x.values, qkv_);  // [N, 3 C]
    const Index width = x.values.cols(), d = width / heads_;
    Var ones = x.tape().input(qkv.rows(), 1);  // [N, 1]
    ones.value().setOnes();
    std::vector<Var> heads;
    for (Index h = 0; h < heads_; ++h) {
      const Var q = add(elu(slice_columns(qkv, h * d, d)), 1),                   // [N, D]
          k = add(elu(slice_columns(qkv, width + h * d, d)), 1),                 // [N, D]
          v = concat_columns({slice_columns(qkv, 2 * width + h * d, d), ones}),  // [N, D + 1]: z comes with S
          state = matmul_per_sequence(k, v, x.batch, Transpose::first),          // [B D, D + 1]
          sums = matmul_per_sequence(q, state, x.batch);                         // [N, D + 1]
      heads.push_back(divide(slice_columns(sums, 0, d), slice_columns(sums, d, 1)));
    }
    return x.with(linear(concat_columns(heads), output_));
  }

 private:
  Index heads_;
  Parameter qkv_, output_;  // [3 C, C], [C, C]
};

}  // namespace

void add_linear_attention(Layers& layers) {
  layers.add<LinearAttention>("linear_attention", Role::rows, "attention of linear cost");
}
