// N-grams: runs of tokens, hashed to the rows of one table.
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

}  // namespace orochi
