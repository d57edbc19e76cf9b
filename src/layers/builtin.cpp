// The list of the layers that come with Orochi.
#include "core/kernels/kernels.hpp"
#include "layers/attention.hpp"
#include "layers/embedding.hpp"
#include "layers/encoder.hpp"
#include "layers/input_projection.hpp"
#include "layers/linear.hpp"
#include "layers/norm.hpp"
#include "layers/pooling.hpp"

namespace orochi {
namespace {

/// Positions that are no rows to add: attention applies them, or nothing does.
class NoPositions : public Layer {
 public:
  Rows forward(const Rows& x) const override { return x; }
};

std::unique_ptr<Layer> no_positions(Builder&) { return std::make_unique<NoPositions>(); }
/// Attention turns queries and keys by their position (Su et al. 2021).
std::unique_ptr<Layer> rotary_positions(Builder& builder) {
  builder.attention_positions().rotary = true;
  return no_positions(builder);
}
/// Attention lets its scores fall with distance (Press et al. 2022).
std::unique_ptr<Layer> alibi_positions(Builder& builder) {
  builder.attention_positions().alibi = true;
  return no_positions(builder);
}

template <Pooling::Operation pool>
std::unique_ptr<Layer> pooling(Builder&) {
  return std::make_unique<Pooling>(pool);
}

/// A layer that makes each row of itself alone.
template <class T>
LayerEntry row_wise(std::string name, std::string summary) {
  return {.name = std::move(name),
          .role = Role::rows,
          .summary = std::move(summary),
          .make = [](Builder& builder) { return std::make_unique<T>(builder); },
          .keeps_apart = true};
}

}  // namespace

Layers builtin_layers() {
  Layers r;
  const LayerExample causal{"causal", [](Config& c) { c.model.causal = true; }};
  const LayerExample wide_heads{"head_dim 5", [](Config& c) { c.model.head_dim = 5; }};
  const LayerExample window{"window 2", [](Config& c) { c.model.window = 2; }};
  const LayerExample causal_window{"causal, window 3",
                                   [](Config& c) { c.model.causal = true, c.model.window = 3; }};
  const LayerExample rotary{"rotary", [](Config& c) { c.model.positions = "rotary"; }};
  const LayerExample alibi{"alibi", [](Config& c) { c.model.positions = "alibi"; }};
  const LayerExample alibi_window{"alibi, 3 heads, window 4", [](Config& c) {
                                    c.model.positions = "alibi", c.model.num_heads = 3;
                                    c.model.head_dim = 6, c.model.window = 4;
                                  }};
  const LayerExample post_norm{"norm_first false", [](Config& c) { c.model.norm_first = false; }};
  const LayerExample rms_silu{"rms_norm, silu",
                              [](Config& c) { c.model.norm = "rms_norm", c.model.activation = "silu"; }};

  r.add({.name = "token_embedding",
         .role = Role::input,
         .summary = "a trained row for each token of the vocabulary",
         .make = [](Builder& b) { return std::make_unique<TokenEmbedding>(b); },
         .options = {Option("segments", 0,
                            "rows of a second table, of which the first text's tokens add the first, and so "
                            "on, later texts the last; 0: as many as texts where a record has several")
                         .from(0),
                     Option("ngrams", 1,
                            "adds trained rows for the runs of 2, 3, ... so many tokens that end at each; 1: "
                            "none")
                         .from(1)
                         .to(8),
                     Option("ngram_buckets", 16384, "rows of the table of runs, which are hashed to them")
                         .from(1)
                         .to(1 << 24)},
         .examples = {{"ngrams 3, 7 buckets",
                       [](Config& c) {
                         c.layer["token_embedding"] = {{"ngrams", Index{3}}, {"ngram_buckets", Index{7}}};
                       }}},
         .takes_tokens = true});
  r.add<InputProjection>(
      "input_projection", Role::input, "numeric rows, with their neighbors, through a linear layer",
      {Option("kernel_size", 1, "rows that are projected together: each with as many before as after it; odd")
           .from(1)
           .to(127)},
      {{"kernel_size 3", [](Config& c) {
          c.layer["input_projection"] = {{"kernel_size", Index{3}}};
        }}});
  r.add<LearnedPositions>("learned", Role::rows, "adds a trained row for each position");
  r.add<SinusoidalPositions>("sinusoidal", Role::rows, "adds sines and cosines of the position");
  r.add({.name = "rotary",
         .role = Role::rows,
         .summary = "as positions: attention turns queries and keys by their position",
         .make = rotary_positions,
         .head_multiple = 2});
  r.add({"alibi", Role::rows, "as positions: attention's scores fall with distance", alibi_positions});
  r.add({"none", Role::rows, "leaves the rows as they are", no_positions});
  r.add(row_wise<LayerNorm>("layer_norm", "each row to mean 0, variance 1, then a trained scale and shift"));
  r.add(row_wise<RmsNorm>("rms_norm", "each row to root mean square 1, then a trained scale"));
  r.add(row_wise<Linear>("linear", "x W^T + b"));
  r.add_activation("relu", "max(x, 0)", kernels::relu);
  r.add_activation("gelu", "x Phi(x), exact", kernels::gelu);
  r.add_activation("gelu_tanh", "gelu in its tanh form", kernels::gelu_tanh);
  r.add_activation("silu", "x sigmoid(x)", kernels::silu);
  r.add_activation("tanh", "tanh(x)", kernels::tanh);
  r.add<MultiHeadAttention>("multi_head_attention", Role::rows,
                            "self-attentions side by side, concatenated, linear", {},
                            {causal, wide_heads, window, causal_window, rotary, alibi, alibi_window});
  r.add(row_wise<FeedForward>("feed_forward", "linear, activation, dropout, linear on each row"));
  r.add<EncoderLayer>("encoder_layer", Role::rows, "attention and feed-forward with norms and residuals", {},
                      {post_norm, causal, rms_silu});
  r.add<ClassToken>("class_token", Role::rows, "puts a trained row before each sequence");
  r.add({.name = "cls",
         .role = Role::pooling,
         .summary = "the row of a trained class token put before each sequence",
         .make = pooling<first_per_sequence>,
         .before = "class_token",
         .takes_first = true});
  r.add({.name = "first",
         .role = Role::pooling,
         .summary = "a sequence's first row, which data.special_tokens puts there",
         .make = pooling<first_per_sequence>,
         .takes_first = true});
  r.add({.name = "pooler",
         .role = Role::pooling,
         .summary = "the first row through a linear layer and tanh, as BERT's",
         .make = [](Builder& b) { return std::make_unique<Pooler>(b); },
         .options = {Option("activation", "tanh",
                            "the function behind the linear layer: tanh, relu, gelu, ...")},
         .takes_first = true});
  r.add({"mean", Role::pooling, "the mean of a sequence's rows", pooling<mean_per_sequence>});
  r.add({"max", Role::pooling, "the largest value of each column", pooling<max_per_sequence>});
  r.add<AttentionPooling>("attention", Role::pooling, "rows weighted by attention to one trained query");
  return r;
}

}  // namespace orochi
