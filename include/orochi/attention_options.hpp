// What several attentions side by side have in common.
#pragma once

#include <cstdint>

#include <orochi/batch.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// Several attentions side by side: by softmax(q k^T / sqrt(D)), each with its own columns of Q, K and V.
struct HeadOptions {
  Index num_heads = 1;
  Index head_dim = 1;
  double dropout = 0;        // on the filters, in training
  std::uint32_t stream = 0;  // num_heads of them
};

/// Of self-attention: which positions a row attends to.
struct AttentionOptions : HeadOptions {
  bool causal = false;  // only to itself and earlier rows
  Index window = 0;     // only to rows at most so many positions away; 0: all
  bool rotary = false;  // for who looks: queries and keys have been turned by their position (Rotary)
  bool alibi = false;   // scaled scores fall with distance, in each head at another rate: alibi_slope
};

}  // namespace orochi
