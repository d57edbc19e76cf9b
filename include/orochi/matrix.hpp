// Views of row-major memory. Public signatures carry views only, never owning Eigen types: what another
// compiler flag does to Eigen's alignment must not matter to a program that links the library.
#pragma once

#include <Eigen/Core>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace [[gnu::visibility("default")]] orochi {

using RowMatrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixMap = Eigen::Map<RowMatrix>;             // [rows, cols], writable
using ConstMatrixMap = Eigen::Map<const RowMatrix>;  // [rows, cols]

}  // namespace orochi
