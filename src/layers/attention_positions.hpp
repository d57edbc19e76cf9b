// Positions that are no rows to add: attention applies them, or nothing does.
#pragma once

#include <orochi/layer.hpp>

namespace orochi {

/// Leaves the rows as they are.
class NoPositions : public Layer {
 public:
  explicit NoPositions(Builder&) {}
  Rows forward(const Rows& x) const override { return x; }
};

/// Attention turns queries and keys by their position (Su et al. 2021).
class RotaryPositions : public NoPositions {
 public:
  explicit RotaryPositions(Builder& builder) : NoPositions(builder) {
    builder.attention_positions().rotary = true;
  }
};

/// Attention lets its scores fall with distance (Press et al. 2022).
class AlibiPositions : public NoPositions {
 public:
  explicit AlibiPositions(Builder& builder) : NoPositions(builder) {
    builder.attention_positions().alibi = true;
  }
};

}  // namespace orochi
