#include "layers/attention.hpp"

#include <algorithm>
#include <cmath>

#include "core/kernels/attention.hpp"
#include "core/packed_weights.hpp"

namespace orochi {
namespace {

using kernels::AttentionHead;
using kernels::FilterSums;

/// Whether this step's products are in bf16, and this head's sides fit its registers.
bool in_half(const Tape& tape, Index head_dim) {
  return tape.packed() != nullptr && tape.packed()->precision() == kernels::Precision::half &&
         head_dim % 16 == 0 && head_dim <= 64;
}

AttentionHead make_head(Var qkv, const AttentionOptions& options, const Batch& batch, Index b, Index h) {
  const Index width = options.num_heads * options.head_dim, ld = 3 * width;
  const Scalar* rows = qkv.data() + batch.first_row(b) * ld + h * options.head_dim;
  const Tape& tape = qkv.tape();
  const RandomKey key = tape.random_key();
  return {batch.length(b),
          options.head_dim,
          Scalar(1) / std::sqrt(static_cast<Scalar>(options.head_dim)),
          options.causal,
          tape.training() ? options.dropout : 0,
          {key.seed, key.step, batch.samples[static_cast<std::size_t>(b)],
           options.site + static_cast<std::uint32_t>(h), 0},
          {rows, ld},
          {rows + width, ld},
          {rows + 2 * width, ld},
          in_half(tape, options.head_dim)};
}

Index scratch_size(const Batch& batch, Index head_dim) {
  Index most = 0;
  for (Index b = 0; b < batch.num_sequences(); ++b)
    most = std::max(most, kernels::attention_scratch(batch.length(b), head_dim));
  return most;
}

/// Of Q K^T and of filter times V: what a causal filter hides is not counted.
double attention_flops(const AttentionOptions& options, const Batch& batch) {
  double scores = 0;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const auto t = static_cast<double>(batch.length(b));
    scores += options.causal ? t * (t + 1) / 2 : t * t;
  }
  return 4 * scores * static_cast<double>(options.num_heads * options.head_dim);
}

}  // namespace

Var attention(Var qkv, const AttentionOptions& options, const Batch& batch) {
  Tape& tape = qkv.tape();
  const Index h_count = options.num_heads, d = options.head_dim, width = h_count * d, n = qkv.rows();
  const double flops = attention_flops(options, batch),
               bytes = 4.0 * static_cast<double>(n * width) * sizeof(Scalar);
  const Measure measure(tape.profile(), "attention", Pass::forward, flops, bytes);
  Var y = tape.result(n, width);                                                            // [N, H D]
  Scalar *maximum = tape.allocate(h_count * n), *inverse_sum = tape.allocate(h_count * n);  // [H, N] each
  const auto sums_of = [=](Index h, Index row) {
    return FilterSums{maximum + h * n + row, inverse_sum + h * n + row};
  };
  {
    Scratch scratch(tape);
    Scalar* working = scratch.scalars(scratch_size(batch, d));
    for (Index b = 0; b < batch.num_sequences(); ++b)
      for (Index h = 0; h < h_count; ++h)
        kernels::attention_forward(make_head(qkv, options, batch, b, h),
                                   y.data() + batch.first_row(b) * width + h * d, width,
                                   sums_of(h, batch.first_row(b)), working);
  }
  y.pullback([=, &tape] {
    const Measure back(tape.profile(), "attention", Pass::backward, 2 * flops, 2 * bytes);
    Scratch scratch(tape);
    Scalar* working = scratch.scalars(scratch_size(batch, d));
    const GradientTarget target = qkv.grad_target();
    Scalar* dqkv = target.accumulate ? scratch.scalars(n * 3 * width) : target.data;  // [N, 3 H D]
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      for (Index h = 0; h < h_count; ++h) {
        const Index row = batch.first_row(b), at = row * width + h * d;
        Scalar* dq = dqkv + row * 3 * width + h * d;
        kernels::attention_backward(make_head(qkv, options, batch, b, h), {y.data() + at, width},
                                    {y.grad().data() + at, width}, sums_of(h, row), dq, dq + width,
                                    dq + 2 * width, 3 * width, working);
      }
    }
    if (target.accumulate) kernels::add_scaled(n * 3 * width, Scalar(1), dqkv, target.data);
  });
  return y;
}

MultiHeadAttention::MultiHeadAttention(Builder& builder) {
  const ModelConfig& model = builder.model();
  options_.num_heads = model.num_heads;
  options_.head_dim = model.head_dim > 0 ? model.head_dim : builder.width() / model.num_heads;
  options_.causal = model.causal;
  options_.dropout = model.attention_dropout;
  options_.site = builder.random_sites(options_.num_heads);
  const Index width = options_.num_heads * options_.head_dim;
  qkv_weight_ = builder.fused({"query.weight", "key.weight", "value.weight"}, width, builder.width(),
                              Init::xavier_uniform());
  qkv_bias_ = builder.fused({"query.bias", "key.bias", "value.bias"}, width, 0, Init::zeros());
  output_weight_ = builder.weight("output.weight", builder.width(), width);
  output_bias_ = builder.vector("output.bias", builder.width());
}

Var MultiHeadAttention::project(Var x, const Batch& batch, const Tail& tail) const {
  Var qkv = linear(x, qkv_weight_, &qkv_bias_);  // [N, 3 H D]
  Var heads = attention(qkv, options_, batch);   // [N, H D]
  return linear(heads, output_weight_, &output_bias_, tail, batch);
}

}  // namespace orochi
