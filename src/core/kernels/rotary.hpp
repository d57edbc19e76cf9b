// Rotary positions (Su et al. 2021): pairs of neighbouring columns turned by their row's place.
#pragma once

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

/// Scalars of the table for places 0 .. length - 1 and heads of d columns, d even: for each place cosines and
/// sines, as many columns of both as make whole heads and whole registers.
Index rotary_size(Index length, Index d);
void rotary_table(Index length, Index d, Scalar* table);

enum class Turn { on, back };
/// The rows of one sequence: in row t of x [rows, ld] the first `columns`, a whole number of heads, are
/// turned by t 10000^(-2 i / d), i the pair of a head, or back by as much. y may be x.
void rotate(Index rows, Index columns, Index d, const Scalar* table, const Scalar* x, Scalar* y, Index ld,
            Turn turn);

}  // namespace orochi::kernels
