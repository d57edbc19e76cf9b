// Rotary positions: queries and keys turned by their position.
#pragma once

#include <memory>

#include <orochi/position_table.hpp>
#include <orochi/tape.hpp>

#pragma GCC visibility push(default)
namespace orochi {

class Builder;

/// Rotary positions (Su et al. 2021): in row t, columns 2 i and 2 i + 1 of each head's queries and keys are
/// turned as a pair by the angle t 10000^(-2 i / D), so that what a query and a key give depends on how far
/// apart they are.
class Rotary {
 public:
  /// For a layer: all that turn heads of this width share one table, which the estimate of memory counts. An
  /// odd `head_dim` is a usage_error.
  Rotary(Builder& builder, Index head_dim);
  /// With a table of its own, for sequences of at most `max_length` rows.
  Rotary(Index max_length, Index head_dim);

  /// Rows of Q | K | V, [N, 3 H D] -> [N, 3 H D]: V stays as it is.
  Var turn(Var qkv, Index num_heads, const Batch& batch) const;

 private:
  Index head_dim_;
  std::shared_ptr<const PositionTable> table_;  // [max_length, 2 period]
};

}  // namespace orochi
#pragma GCC visibility pop
