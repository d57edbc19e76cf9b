#include "layers/attention.hpp"

#include <algorithm>
#include <cmath>
#include <orochi/error.hpp>

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
          batch.length(b),
          options.head_dim,
          Scalar(1) / std::sqrt(static_cast<Scalar>(options.head_dim)),
          options.causal,
          0,
          0,
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

/// In inference: other filtered values for the heads that were taken away.
void replace_heads(const Tape& tape, Index layer, Index d, Var y) {
  for (const HeadReplacement& replacement : tape.replacements()) {
    if (replacement.layer != layer) continue;
    if (tape.training()) throw failure("heads are replaced in inference only");
    for (Index i = 0; i < y.rows(); ++i)
      std::copy_n(replacement.values.data(), d, y.data() + i * y.cols() + replacement.head * d);
  }
}

std::vector<Scalar> columns(Var x, Index first_row, Index rows, Index first, Index count) {
  std::vector<Scalar> result;  // [rows, count]
  for (Index i = first_row; i < first_row + rows; ++i)
    result.insert(result.end(), x.data() + i * x.cols() + first, x.data() + i * x.cols() + first + count);
  return result;
}

/// sums: [H, N] each. Returns the number of the layer's first record, or -1 where nobody looks.
Index record_heads(Var qkv, const AttentionOptions& options, const Batch& batch, Index layer, FilterSums sums,
                   Var y) {
  Recording* recording = qkv.tape().recording();
  if (recording == nullptr) return -1;
  const Index first = std::ssize(recording->records), n = qkv.rows(), h_count = options.num_heads,
              width = h_count * options.head_dim;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const Index t = batch.length(b), row = batch.first_row(b);
    AttentionRecord record;
    record.layer = layer;
    record.sequence = b;
    record.length = t;
    record.num_heads = h_count;
    record.head_dim = options.head_dim;
    record.filtered = columns(y, row, t, 0, width);
    if (recording->maps) {
      record.query = columns(qkv, row, t, 0, width);
      record.key = columns(qkv, row, t, width, width);
      record.value = columns(qkv, row, t, 2 * width, width);
      record.scores.resize(static_cast<std::size_t>(h_count * t * t));
      record.map.resize(record.scores.size());
      Scratch scratch(qkv.tape());
      Scalar* working = scratch.scalars(kernels::attention_scratch(t, options.head_dim));
      for (Index h = 0; h < h_count; ++h)
        kernels::attention_map(make_head(qkv, options, batch, b, h),
                               {sums.maximum + h * n + row, sums.inverse_sum + h * n + row},
                               record.scores.data() + h * t * t, record.map.data() + h * t * t, working);
    }
    recording->records.push_back(std::move(record));
  }
  return first;
}

/// In y's pullback.
void record_influence(const Tape& tape, Index first_record, const Batch& batch, Var y) {
  if (first_record < 0 || tape.recording() == nullptr) return;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    AttentionRecord& record = tape.recording()->records[static_cast<std::size_t>(first_record + b)];
    const Index d = record.head_dim, row = batch.first_row(b), t = batch.length(b);
    record.influence.clear();
    for (Index h = 0; h < record.num_heads; ++h)
      record.influence.push_back(
          y.value().block(row, h * d, t, d).cwiseProduct(y.grad().block(row, h * d, t, d)).sum());
  }
}

}  // namespace

Var attention(Var qkv, const AttentionOptions& options, const Batch& batch) {
  Tape& tape = qkv.tape();
  const Index h_count = options.num_heads, d = options.head_dim, width = h_count * d, n = qkv.rows();
  const Index layer = tape.next_attention_layer();
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
  replace_heads(tape, layer, d, y);
  const Index first_record = record_heads(qkv, options, batch, layer, {maximum, inverse_sum}, y);
  y.pullback([=, &tape] {
    const Measure back(tape.profile(), "attention", Pass::backward, 2 * flops, 2 * bytes);
    record_influence(tape, first_record, batch, y);
    Scratch scratch(tape);
    Scalar* working = scratch.scalars(scratch_size(batch, d));
    const GradientTarget target = qkv.grad_target();
    Scalar* dqkv = target.accumulate ? scratch.scalars(n * 3 * width) : target.data;  // [N, 3 H D]
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      for (Index h = 0; h < h_count; ++h) {
        const Index row = batch.first_row(b), at = row * width + h * d;
        Scalar* dq = dqkv + row * 3 * width + h * d;
        kernels::attention_backward(make_head(qkv, options, batch, b, h), {y.data() + at, width},
                                    {y.grad().data() + at, width}, sums_of(h, row), {dq, 3 * width},
                                    {dq + width, 3 * width}, {dq + 2 * width, 3 * width}, working);
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
  Recording* recording = x.tape().recording();
  const Index first_record = recording == nullptr ? 0 : std::ssize(recording->records);
  Var heads = attention(qkv, options_, batch);  // [N, H D]
  if (recording != nullptr && recording->maps) {
    const Var output =
        linear(heads, output_weight_, &output_bias_);  // beside the one that is used, which ends in sums
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      AttentionRecord& record = recording->records[static_cast<std::size_t>(first_record + b)];
      record.input = columns(x, batch.first_row(b), batch.length(b), 0, x.cols());
      record.output = columns(output, batch.first_row(b), batch.length(b), 0, output.cols());
    }
  }
  return linear(heads, output_weight_, &output_bias_, tail, batch);
}

}  // namespace orochi
