// Operations that work on each number by itself. Cost: one pass over the memory of what they touch.
#pragma once

#include <orochi/elementwise.hpp>
#include <orochi/tape.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// a [N, C] with b [N, C]; or b is a row [1, C], a column [N, 1] or a number [1, 1], which counts for all of
/// a -> [N, C].
Var add(Var a, Var b);
Var subtract(Var a, Var b);
Var multiply(Var a, Var b);
Var divide(Var a, Var b);

/// x + number and x * factor, [N, C] -> [N, C].
Var add(Var x, double number);
Var scale(Var x, double factor);

/// A function of one number, [N, C] -> [N, C].
Var apply(const Elementwise& function, Var x);
Var relu(Var x);
Var gelu(Var x);       // x Phi(x), exact
Var gelu_tanh(Var x);  // its tanh form (Hendrycks & Gimpel 2016)
Var silu(Var x);       // x sigmoid(x)
Var elu(Var x);        // x, or exp(x) - 1 below 0 (Clevert et al. 2016)
Var exp(Var x);
Var log(Var x);      // natural; of numbers above 0
Var sigmoid(Var x);  // 1 / (1 + exp(-x))
Var tanh(Var x);

}  // namespace orochi
#pragma GCC visibility pop
