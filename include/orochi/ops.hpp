// Operations on Vars: each computes its value and records its backward pass. The one header for a layer's
// author; the whole list, with costs and examples, is docs/operations.md.
#pragma once

#include <orochi/attention_options.hpp>
#include <orochi/elementwise_ops.hpp>
#include <orochi/losses.hpp>
#include <orochi/matrix_ops.hpp>
#include <orochi/sequence_ops.hpp>
#include <orochi/tape.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// x W^T + b: x [N, in], weight [out, in], bias [1, out] or null -> [N, out].
Var linear(Var x, Parameter weight, const Parameter* bias = nullptr);

/// What follows a product while its rows are in the cache: y = residual + dropout(activation(x W^T + b)).
struct Epilogue {
  const Elementwise* activation = nullptr;  // null: none
  double dropout = 0;                       // in training
  std::uint32_t stream = 0;                 // of the dropout: see below
  const Var* residual = nullptr;            // [N, out]
};
Var linear(Var x, Parameter weight, const Parameter* bias, const Epilogue& epilogue, const Batch& batch);

/// In training, each element becomes 0 with probability p, else x / (1 - p). The bits are counted by (seed,
/// step, sample, stream, row in the sequence, column): take `stream` from Builder::random_streams.
Var dropout(Var x, double p, std::uint32_t stream, const Batch& batch);

/// By row: (x - mean) / sqrt(variance + eps) * weight + bias (Ba et al. 2016), variance over C without
/// correction.
Var layer_norm(Var x, Parameter weight, Parameter bias, double eps);
/// By row: x / sqrt(mean(x^2) + eps) * weight (Zhang & Sennrich 2019).
Var rms_norm(Var x, Parameter weight, double eps);

/// Multi-head attention over rows of Q | K | V: `qkv` [N, 3 H D]; each row attends to the rows of its own
/// sequence -> [N, H D].
Var attention(Var qkv, const AttentionOptions& options, const Batch& batch);
/// By how much ALiBi (Press et al. 2022) lowers the scores of head h of `num_heads` for each position of
/// distance.
double alibi_slope(Index h, Index num_heads);

/// The same with queries from one packed batch and keys and values from another: `query` [N, H D] of `batch`,
/// `key_value`, K | V [M, 2 H D], of `sources`. Each row of sequence b attends to all rows of sequence b of
/// `sources` -> [N, H D]. Both must have as many sequences, of one row or more.
Var cross_attention(Var query, const Batch& batch, Var key_value, const Batch& sources,
                    const HeadOptions& options);

}  // namespace orochi
#pragma GCC visibility pop
