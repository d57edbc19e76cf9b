// Attention from the rows of one batch to those of another, for models that are put together in C++.
#pragma once

#include <string>

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Multi-head attention with queries from x and keys and values from `source` (Vaswani et al. 2017, 3.2.3).
/// No Layer, as it takes two batches, so a config cannot name it. `num_heads`, `head_dim` and
/// `attention_dropout` are the config's; `causal`, `window` and `positions` are not for it: rows of two
/// batches have no distance.
class CrossAttention {
 public:
  /// Parameters NAME.query.weight, .key., .value., .output. and their biases, below the layer that is built.
  /// `source_width`: columns of the sources; 0: as many as x has.
  CrossAttention(Builder& builder, const std::string& name, Index source_width = 0);

  /// x [N, C] of `batch`, source [M, C'] of `sources` -> [N, C]: each row of x attends to all rows of the
  /// sequence of `sources` that has its own's number. Both batches have as many sequences, of any lengths
  /// from 1.
  Var forward(Var x, const Batch& batch, Var source, const Batch& sources) const;

 private:
  HeadOptions options_;
  Parameter query_weight_;      // [H D, C]
  Parameter query_bias_;        // [H D]
  Parameter key_value_weight_;  // [2 H D, C']
  Parameter key_value_bias_;    // [2 H D]
  Parameter output_weight_;     // [C, H D]
  Parameter output_bias_;       // [C]
};

}  // namespace orochi
#pragma GCC visibility pop
