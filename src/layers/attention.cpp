#include "layers/attention.hpp"

#include <algorithm>
#include <new>

#include <orochi/error.hpp>

#include "layers/attention_heads.hpp"
#include "layers/attention_recording.hpp"
#include "layers/operation_error.hpp"

namespace orochi {
namespace {

using kernels::Result;

Index scratch_size(const Batch& keys, Index head_dim) {
  Index most = 0;
  for (Index b = 0; b < keys.num_sequences(); ++b)
    most = std::max(most, kernels::attention_scratch(keys.length(b), head_dim));
  return most;
}

/// Keys that the queries of one sequence see, all together.
double scores_of(const AttentionOptions& options, Index queries, Index keys) {
  if (!options.causal && options.window == 0) return static_cast<double>(queries) * static_cast<double>(keys);
  const auto t = static_cast<double>(queries);
  const double most = options.window > 0 ? std::min(static_cast<double>(options.window), t - 1) : t - 1;
  return t +
         (options.causal ? 1 : 2) * (most * t - most * (most + 1) / 2);  // t - i pairs are i positions apart
}

/// Of all heads and sequences: what a mask hides is not counted.
double num_scores(const AttentionInputs& in, const AttentionOptions& options) {
  double scores = 0;
  for (Index b = 0; b < in.queries.num_sequences(); ++b)
    scores += scores_of(options, in.queries.length(b), in.keys.length(b));
  return scores * static_cast<double>(options.num_heads);
}

/// A gradient that kernels overwrite: in its place where nothing is there yet, else beside it until
/// `finish`.
class Overwritten {
 public:
  Overwritten(Var of, Scratch& scratch)
      : of_(of), target_(of.needs_grad() ? of.grad_target() : GradientTarget{nullptr, true}) {
    data_ = target_.accumulate ? scratch.scalars(of.rows() * of.cols()) : target_.data;
  }
  Result rows(const Batch& batch, Index b, Index column) const {
    return {data_ + batch.first_row(b) * of_.cols() + column, of_.cols()};
  }
  void finish() const {
    if (!target_.accumulate || target_.data == nullptr) return;
    kernels::add_scaled(of_.rows() * of_.cols(), Scalar(1), data_, target_.data);
  }

 private:
  Var of_;
  GradientTarget target_;
  Scalar* data_;
};

void forward(const AttentionInputs& in, const AttentionOptions& options, Var y, const AllSums& sums) {
  Scratch scratch(y.tape());
  Scalar* working = scratch.scalars(scratch_size(in.keys, options.head_dim));
  for (Index b = 0; b < in.queries.num_sequences(); ++b)
    for (Index h = 0; h < options.num_heads; ++h) {
      const Index row = in.queries.first_row(b);
      kernels::attention_forward(make_head(in, options, b, h),
                                 y.data() + row * y.cols() + h * options.head_dim, y.cols(), sums.of(h, row),
                                 working);
    }
}

void backward(const AttentionInputs& in, const AttentionOptions& options, Var y, const AllSums& sums) {
  Scratch scratch(y.tape());
  Scalar* working = scratch.scalars(scratch_size(in.keys, options.head_dim));
  const bool fused = in.query.data() == in.key.data();
  const Overwritten dquery(in.query, scratch);
  const Overwritten dkey = fused ? dquery : Overwritten(in.key, scratch);
  for (Index b = 0; b < in.queries.num_sequences(); ++b)
    for (Index h = 0; h < options.num_heads; ++h) {
      const Index row = in.queries.first_row(b), column = h * options.head_dim, at = row * y.cols() + column;
      kernels::attention_backward(
          make_head(in, options, b, h), {y.data() + at, y.cols()}, {y.grad().data() + at, y.cols()},
          sums.of(h, row), dquery.rows(in.queries, b, column), dkey.rows(in.keys, b, in.key_column + column),
          dkey.rows(in.keys, b, in.value_column + column), working);
    }
  dquery.finish();
  if (!fused) dkey.finish();
}

/// `probe`: what looks at the heads, or null.
Var attend(const AttentionInputs& in, const AttentionOptions& options, const char* name, HeadProbe* probe) {
  Tape& tape = in.query.tape();
  if (tape.training() && options.dropout > 0) check_samples(name, in.queries);
  const Index n = in.query.rows(), width = options.num_heads * options.head_dim;
  const double scores = num_scores(in, options), drawn = tape.drops_out() && options.dropout > 0 ? scores : 0,
               flops = 4 * scores * static_cast<double>(options.head_dim),  // Q K^T and weights V
      bytes = static_cast<double>(2 * (n + in.key.rows()) * width) * sizeof(Scalar);
  const Measure measure(tape.observer(), name, Pass::forward, flops, bytes, scores, drawn);
  Var y = tape.result(n, width);  // [N, H D]
  const AllSums sums(tape, options.num_heads, n);
  forward(in, options, y, sums);
  Index first_record = -1;
  if (probe != nullptr) {
    const Index layer = probe->next_layer(tape.pass());
    replace_heads(probe->replacements, layer, options.head_dim, y);
    if (probe->recording != nullptr)
      first_record = record_heads(*probe->recording, in, options, layer, sums, y);
  }
  const auto* kept = new (tape.allocate_as<AttentionOptions>(1)) AttentionOptions(options);
  y.pullback([=] {
    const Measure back(y.tape().observer(), name, Pass::backward, 2 * flops, 2 * bytes, scores, drawn);
    record_influence(y.tape(), first_record, in.queries, y);
    backward(in, *kept, y, sums);
  });
  return y;
}

/// Rows of `x` that are not the batch's, or not as wide as the heads say.
void check_packed(const char* what, Var x, const Batch& batch, Index columns) {
  if (x.rows() == batch.num_rows() && x.cols() == columns) return;
  throw failure(std::string("cross attention: the ") + what + " are [" + std::to_string(x.rows()) + ", " +
                std::to_string(x.cols()) + "]; by their batch and the heads they should be [" +
                std::to_string(batch.num_rows()) + ", " + std::to_string(columns) + "]");
}

void check_lengths(const char* what, const Batch& batch) {
  for (Index b = 0; b < batch.num_sequences(); ++b)
    if (batch.length(b) < 1)
      throw failure("cross attention: sequence " + std::to_string(b) + " of the " + what +
                    " has no rows; allowed: 1 or more");
}

}  // namespace

Var attention(Var qkv, const AttentionOptions& options, const Batch& batch) {
  const Index width = options.num_heads * options.head_dim;
  check_rows("attention", qkv, batch);
  if (qkv.cols() != 3 * width)
    throw operation_error("attention", std::to_string(3 * width) + " columns: Q, K and V of all heads",
                          shape_text(qkv));
  return attend({qkv, qkv, width, 2 * width, batch, batch}, options, "attention",
                qkv.tape().attached<HeadProbe>());
}

Var cross_attention(Var query, const Batch& batch, Var key_value, const Batch& sources,
                    const HeadOptions& options) {
  if (batch.num_sequences() != sources.num_sequences())
    throw failure("cross attention: the queries are of " + std::to_string(batch.num_sequences()) +
                  " sequences, the keys and values of " + std::to_string(sources.num_sequences()) +
                  "; allowed: as many");
  const Index width = options.num_heads * options.head_dim;
  check_packed("queries", query, batch, width);
  check_packed("keys and values", key_value, sources, 2 * width);
  check_lengths("queries", batch);
  check_lengths("keys and values", sources);
  AttentionOptions all;
  static_cast<HeadOptions&>(all) = options;
  return attend({query, key_value, 0, width, batch, sources}, all, "cross attention", nullptr);
}

HeadOptions head_options(Builder& builder) {
  const ModelConfig& model = builder.model();
  HeadOptions options;
  options.num_heads = model.num_heads;
  options.head_dim = model.head_dim > 0 ? model.head_dim : builder.width() / model.num_heads;
  if (options.head_dim < 1)
    throw usage_error("\"" + builder.name() + "\" has " + std::to_string(builder.width()) +
                      " columns, too few for model.num_heads = " + std::to_string(model.num_heads) +
                      "; give it as many columns, or give model.head_dim");
  options.dropout = model.attention_dropout;
  options.stream = builder.random_streams(options.num_heads);
  return options;
}

MultiHeadAttention::MultiHeadAttention(Builder& builder) : name_(builder.name()) {
  const ModelConfig& model = builder.model();
  static_cast<HeadOptions&>(options_) = head_options(builder);
  options_.causal = model.causal;
  options_.window = model.window;
  options_.alibi = builder.attention_positions().alibi;
  options_.rotary = builder.attention_positions().rotary;
  if (options_.rotary) rotary_ = std::make_unique<Rotary>(builder, options_.head_dim);
  const Index width = options_.num_heads * options_.head_dim;
  qkv_weight_ = builder.fused({"query.weight", "key.weight", "value.weight"}, width, builder.width(),
                              Init::xavier_uniform());
  qkv_bias_ = builder.fused({"query.bias", "key.bias", "value.bias"}, width, 0, Init::zeros());
  output_weight_ = builder.weight("output.weight", builder.width(), width);
  output_bias_ = builder.vector("output.bias", builder.width());
}

Rows MultiHeadAttention::project(const Rows& x, const Epilogue& epilogue) const {
  Var qkv = linear(x.values, qkv_weight_, &qkv_bias_);  // [N, 3 H D]
  if (rotary_ != nullptr) qkv = rotary_->turn(qkv, options_.num_heads, x.batch);
  const HeadProbe* probe = x.tape().attached<HeadProbe>();
  Recording* recording = probe == nullptr ? nullptr : probe->recording;
  const Index first_record = recording == nullptr ? 0 : std::ssize(recording->records);
  Var heads = attention(qkv, options_, x.batch);  // [N, H D]
  if (recording != nullptr && recording->maps)    // beside the output that is used, which ends in sums
    record_ends(*recording, first_record, name_, x, linear(heads, output_weight_, &output_bias_));
  return x.with(linear(heads, output_weight_, &output_bias_, epilogue, x.batch));
}

}  // namespace orochi
