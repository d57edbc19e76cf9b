// Operations on whole matrices: products, softmax, slices and sums of columns, and a parameter as a Var.
#pragma once

#include <initializer_list>
#include <span>

#include <orochi/tape.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// A dense parameter's value [rows, cols] (a vector is [1, n]), for operations on Vars. It is copied: a
/// product with a large weight is better a `linear`.
Var parameter(Tape& tape, Parameter p);

/// Which side of a product is transposed.
enum class Transpose { none, first, second };
/// none: a [M, K] b [K, N]; first: a^T b of a [K, M]; second: a b^T of b [N, K] -> [M, N].
Var matmul(Var a, Var b, Transpose transpose = Transpose::none);

/// By row: exp(x) / sum of exp(x), [N, C] -> [N, C].
Var softmax(Var x);
/// By row, the sum: [N, C] -> [N, 1].
Var sum_columns(Var x);
/// By column, the sum: [N, C] -> [1, C]. Of all numbers: sum_rows(sum_columns(x)), [1, 1].
Var sum_rows(Var x);

/// Columns first .. first + count - 1: [N, C] -> [N, count].
Var slice_columns(Var x, Index first, Index count);
/// One beside the other: [N, C1], [N, C2], ... -> [N, C1 + C2 + ...].
Var concat_columns(std::span<const Var> parts);
Var concat_columns(std::initializer_list<Var> parts);

}  // namespace orochi
#pragma GCC visibility pop
