#pragma once

#include <orochi/layer.hpp>
#include <orochi/ops.hpp>

namespace orochi {

/// One of the element-wise operations as a layer.
template <Var (*function)(Var)>
class Activation : public Layer {
 public:
  explicit Activation(Builder&) {}
  Var forward(Var x, const Batch&) const override { return function(x); }
};

}  // namespace orochi
