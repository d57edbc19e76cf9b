#include "layers/attention.hpp"

#include <algorithm>
#include <cmath>

#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

using kernels::Engine;
using kernels::Operand;

constexpr Index block_rows = 128;  // queries at a time: memory grows with T, not T x T

/// One head of one sequence: views of the rows of Q | K | V, of the output, and of their gradients.
struct Head {
  Engine engine;
  const AttentionOptions* options;
  RandomKey key;
  std::uint32_t sample, site;
  Index length;                    // T
  Scalar scale;                    // 1 / sqrt(D)
  Operand query, key_rows, value;  // [T, D], stride 3 H D
};

/// filter [m, T] = softmax(scale * Q[first .. first + m] K^T)
void attention_filter(const Head& head, Index first, Index m, Scalar* filter) {
  const Index t = head.length, d = head.options->head_dim;
  const Operand q{head.query.data + first * head.query.ld, head.query.ld};
  kernels::gemm_nt(head.engine, m, t, d, q, head.key_rows, filter, t, false);
  kernels::softmax_rows(m, t, filter, t, head.scale, head.options->causal, first);
}

/// In place on rows first .. first + m of a filter or of its gradient [m, T].
void drop_filter(const Head& head, Index first, Index m, Scalar* filter) {
  const Index t = head.length;
  for (Index i = 0; i < m; ++i) {
    const kernels::RandomRow row{head.key.seed, head.key.step, head.sample, head.site,
                                 static_cast<std::uint32_t>(first + i)};
    kernels::dropout_row(t, filter + i * t, static_cast<Scalar>(head.options->dropout), row, filter + i * t,
                         false);
  }
}

/// out [T, D] = dropout(filter) V
void forward_head(const Head& head, bool drop, Scalar* filter, Scalar* out, Index ld_out) {
  const Index t = head.length, d = head.options->head_dim;
  for (Index first = 0; first < t; first += block_rows) {
    const Index m = std::min(block_rows, t - first);
    attention_filter(head, first, m, filter);
    if (drop) drop_filter(head, first, m, filter);
    kernels::gemm_nn(head.engine, m, d, t, {filter, t}, head.value, out + first * ld_out, ld_out, false);
  }
}

/// dQ, dK, dV [T, D], stride ld, are overwritten. filter, dropped, dfilter: [block, T] each. Filters are
/// computed again: keeping them would cost memory T x T.
void backward_head(const Head& head, bool drop, Operand dout, Scalar* filter, Scalar* dropped,
                   Scalar* dfilter, Scalar* dquery, Scalar* dkey, Scalar* dvalue, Index ld) {
  const Index t = head.length, d = head.options->head_dim;
  for (Index first = 0; first < t; first += block_rows) {
    const Index m = std::min(block_rows, t - first);
    const bool later = first > 0;
    const Operand dout_block{dout.data + first * dout.ld, dout.ld};                     // [m, D]
    const Operand query_block{head.query.data + first * head.query.ld, head.query.ld};  // [m, D]
    attention_filter(head, first, m, filter);
    const Scalar* used = filter;  // what V was multiplied by
    if (drop) {
      std::copy_n(filter, m * t, dropped);
      drop_filter(head, first, m, dropped);
      used = dropped;
    }
    kernels::gemm_tn(head.engine, t, d, m, {used, t}, dout_block, dvalue, ld, later);
    kernels::gemm_nt(head.engine, m, t, d, dout_block, head.value, dfilter, t, false);
    if (drop) drop_filter(head, first, m, dfilter);
    kernels::softmax_rows_backward(m, t, filter, dfilter, t, head.scale);
    kernels::gemm_nn(head.engine, m, d, t, {dfilter, t}, head.key_rows, dquery + first * ld, ld, false);
    kernels::gemm_tn(head.engine, t, d, m, {dfilter, t}, query_block, dkey, ld, later);
  }
}

Head make_head(Var qkv, const AttentionOptions& options, const Batch& batch, Index b, Index h) {
  const Index width = options.num_heads * options.head_dim, ld = 3 * width;
  const Scalar* rows = qkv.data() + batch.first_row(b) * ld + h * options.head_dim;
  Tape& tape = qkv.tape();
  return {static_cast<Engine>(tape.engine()),
          &options,
          tape.random_key(),
          batch.samples[static_cast<std::size_t>(b)],
          options.site + static_cast<std::uint32_t>(h),
          batch.length(b),
          Scalar(1) / std::sqrt(static_cast<Scalar>(options.head_dim)),
          {rows, ld},
          {rows + width, ld},
          {rows + 2 * width, ld}};
}

Index filter_size(const Batch& batch) {
  Index longest = 0;
  for (Index b = 0; b < batch.num_sequences(); ++b) longest = std::max(longest, batch.length(b));
  return std::min(longest, block_rows) * longest;
}

}  // namespace

Var attention(Var qkv, const AttentionOptions& options, const Batch& batch) {
  Tape& tape = qkv.tape();
  const Index h_count = options.num_heads, d = options.head_dim, width = h_count * d;
  const bool drop = tape.training() && options.dropout > 0;
  const Index size = filter_size(batch);
  Var y = tape.result(qkv.rows(), width);  // [N, H D]
  {
    Scratch scratch(tape);
    Scalar* filter = scratch.scalars(size);
    for (Index b = 0; b < batch.num_sequences(); ++b)
      for (Index h = 0; h < h_count; ++h)
        forward_head(make_head(qkv, options, batch, b, h), drop, filter,
                     y.data() + batch.first_row(b) * width + h * d, width);
  }
  y.pullback([=] {
    Scratch scratch(qkv.tape());
    Scalar *filter = scratch.scalars(size), *dropped = scratch.scalars(size),
           *dfilter = scratch.scalars(size);
    const GradientTarget target = qkv.grad_target();
    Scalar* dqkv = target.accumulate ? scratch.scalars(qkv.rows() * 3 * width) : target.data;  // [N, 3 H D]
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      for (Index h = 0; h < h_count; ++h) {
        const Index row = batch.first_row(b);
        Scalar* dq = dqkv + row * 3 * width + h * d;
        backward_head(make_head(qkv, options, batch, b, h), drop,
                      {y.grad().data() + row * width + h * d, width}, filter, dropped, dfilter, dq,
                      dq + width, dq + 2 * width, 3 * width);
      }
    }
    if (target.accumulate) kernels::add_scaled(qkv.rows() * 3 * width, Scalar(1), dqkv, target.data);
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

Var MultiHeadAttention::forward(Var x, const Batch& batch) const {
  Var qkv = linear(x, qkv_weight_, &qkv_bias_);  // [N, 3 H D]
  Var heads = attention(qkv, options_, batch);   // [N, H D]
  return linear(heads, output_weight_, &output_bias_);
}

}  // namespace orochi
