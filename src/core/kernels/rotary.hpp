// Rotary positions (Su et al. 2021): pairs of neighboring columns turned by their row's position.
#pragma once

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

/// Scalars of the table for so many positions and heads of d columns, d even: for each position cosines and
/// sines, as many columns of both as make whole heads and, where that is not too many, whole registers.
Index rotary_size(Index length, Index d);
/// The table of the positions first .. first + length - 1.
void rotary_table(Index first, Index length, Index d, Scalar* table);

enum class Turn { on, back };
/// Rows of one sequence, one for each position of the table: in x [rows, ld] the first `columns`, a whole
/// number of heads, are turned by t 10000^(-2 i / d), t the position and i the pair of a head, or back by as
/// much. y may be x.
void rotate(Index rows, Index columns, Index d, const Scalar* table, const Scalar* x, Scalar* y, Index ld,
            Turn turn);

}  // namespace orochi::kernels
