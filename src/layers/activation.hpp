#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// One of the element-wise operations.
Var apply(Elementwise function, Var x);

/// The same as a layer, which tells its function: a product before it can apply it to its rows.
class Activation : public Layer {
 public:
  explicit Activation(Elementwise function) : function_(function) {}
  Var forward(Var x, const Batch&) const override { return apply(function_, x); }
  Elementwise function() const { return function_; }

 private:
  Elementwise function_;
};

}  // namespace orochi
