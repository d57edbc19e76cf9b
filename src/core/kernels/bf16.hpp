// Products in bf16 with sums in float, on CPUs that have the instruction (AVX512_BF16).
#pragma once

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

/// Two bf16 numbers that follow each other along K, the earlier one in the low half.
using Pair = std::uint32_t;

constexpr Index bf16_panel_width = 64;

/// Whether this build and this CPU can; the functions below need it.
bool bf16_available();

/// Pairs that a matrix [K, N] takes in panels of bf16_panel_width columns; N a multiple of 16, an odd K
/// filled up with zeros.
constexpr Index bf16_size(Index n, Index k) { return n * ((k + 1) / 2); }

/// x [M, K] -> pairs [M, K / 2], K a multiple of 16: a left-hand side.
void to_bf16_rows(Index m, Index k, Operand x, Pair* out);
/// x [K, N] -> panels, each [K / 2, width]: a right-hand side, or the left-hand side of
/// multiply_bf16_transposed.
void to_bf16_panels(Index k, Index n, Operand x, Pair* out);
/// x [N, K] -> panels of its transpose, K a multiple of 16; only the panel that starts at column `first`
/// (pieces for several workers).
void to_bf16_panel_transposed(Index n, Index k, Operand x, Index first, Pair* out);

/// C [M, N] (+)= A B, or = A B + bias; A [M, K / 2] pairs, B in panels. Each row's sum runs along K in one
/// order.
void multiply_bf16(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                   bool accumulate, const Scalar* bias = nullptr);
/// C [M, N] (+)= A^T B; A [K, M] and B [K, N] in panels.
void multiply_bf16_transposed(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                              bool accumulate);

}  // namespace orochi::kernels
