// The products of a linear layer: by whichever engine, in whichever precision.
#pragma once

#include <orochi/tape.hpp>

namespace orochi {

/// y [n, out] = x W^T + b; x [n, in], bias [out] or null.
void multiply_weight(Tape& tape, Parameter weight, const Scalar* bias, Index n, const Scalar* x, Scalar* y);

/// dW += dz^T x, unless the weight is frozen, and, where x wants it, dx += dz W, from dz [N, out].
void multiply_weight_backward(Var x, Parameter weight, const Scalar* dz);

}  // namespace orochi
