// Looking at attention heads, and switching them off. Neither is another way of computing: what is looked at
// is the same bits as what is not.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <orochi/attention_options.hpp>
#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace [[gnu::visibility("default")]] orochi {

/// What one self-attention did with one sequence (cross attention is not recorded). Head h owns the columns
/// h D .. (h + 1) D of query, key, value and head output. Queries and keys are as they were multiplied: with
/// rotary positions, turned.
struct AttentionRecord {
  Index layer = 0;                           // from 0, in the order of the forward pass
  std::string name;                          // before its parameters': encoder.0.attention
  Index sequence = 0;                        // of the batch
  Index length = 0;                          // T
  AttentionOptions options;                  // H heads of D columns
  bool bf16 = false;                         // whether scores are products in bf16
  std::vector<Scalar> input;                 // [T, C]: what came into the layer
  std::vector<Scalar> query, key;            // [T, H D]
  std::vector<Scalar> maximum, inverse_sum;  // [H, T]: of each query's scores and their exponentials
  std::vector<Scalar> value;                 // [T, H D]
  std::vector<Scalar> scores;  // [H, T, T]: query by key, scaled, ALiBi in; -infinity where hidden
  std::vector<Scalar> map;     // [H, T, T]: the attention weights, softmax of a row of scores; before dropout
  std::vector<Scalar> head_output;  // [T, H D]: map times value; of all heads side by side
  std::vector<Scalar> output;       // [T, C]: head_output through the linear layer
  std::vector<Scalar> influence;    // [H]: sum of head_output x d loss / d head output; after Tape::backward
};

/// Filled by every forward pass of the tapes that it is attached to (and backward pass, for `influence`). Its
/// owner empties it.
struct Recording {
  bool maps = true;  // false: nothing that is T by T, nor `value`, `input` and `output`: it costs little
  std::vector<AttentionRecord> records;  // by layer, then by sequence
};

/// In inference, `values` [D] replace a head's output on every row.
struct HeadReplacement {
  Index layer = 0, head = 0;
  std::span<const Scalar> values;
};

/// What self-attention and the linear model look for: Tape::attach. Of one tape, since it counts the
/// layers of a pass.
struct HeadProbe {
  Recording* recording = nullptr;  // or nobody looks; values and gradients are the same bits either way
  std::span<const HeadReplacement> replacements;
  bool encoder_alone = false;  // outputs without the linear model, where there is one beside it

  /// The number of the attention layer that asks.
  Index next_layer(std::uint64_t pass_now) {
    if (std::exchange(pass, pass_now) != pass_now) next = 0;
    return next++;
  }
  std::uint64_t pass = 0;
  Index next = 0;
};

}  // namespace orochi
