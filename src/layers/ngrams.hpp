// N-grams: runs of tokens, hashed to the rows of one table, for the encoder or beside it.
#pragma once

#include <orochi/layer.hpp>

namespace orochi {

/// Adds to each row the table's rows of the runs of 2, 3, ... `longest` tokens that end there (Bojanowski et
/// al. 2017 hash n-grams so). A run lies within one text and touches no hidden row. The table starts as
/// zeros, so that a run which training never saw adds nothing, unless it shares its row with one that it saw.
/// [N, C] -> [N, C].
class NgramEmbedding {
 public:
  NgramEmbedding(Builder& builder, Index longest, Index buckets, Index width);
  Var add_to(Var rows, const Batch& batch) const;

 private:
  Index longest_;
  Parameter table_;  // [buckets, C]
};

/// Adam moves each weight by about the rate, and thousands of runs share in one output: by trial a linear
/// model needs about forty times the rate that an encoder bears.
inline constexpr double ngram_outputs_scale = 40;

/// Adds to the outputs of each sequence those of a linear model: of its n runs of 1, 2, ... `longest` tokens
/// the table's rows, times 40 / sqrt(n). Runs are those of NgramEmbedding, and begin as zeros, too. [B, K] ->
/// [B, K].
class NgramOutputs {
 public:
  NgramOutputs(Builder& builder, Index longest, Index buckets, Index outputs);
  Var add_to(Var outputs, const Batch& batch) const;

 private:
  Index longest_;
  Parameter table_;  // [buckets, K]
};

}  // namespace orochi
