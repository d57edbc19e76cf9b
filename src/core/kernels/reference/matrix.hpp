// The kernels once more, as their formulas say and in double: for reading, and for the tests, which hold the
// fast ones against them. Nothing else includes this folder.
#pragma once

#include <vector>

#include <orochi/batch.hpp>

namespace orochi::reference {

/// A matrix in double, row by row; a vector is a matrix of one row.
class Matrix {
 public:
  Matrix(Index rows, Index cols, double value = 0)
      : rows_(rows), cols_(cols), values_(static_cast<std::size_t>(rows * cols), value) {}
  /// The numbers of `data`, whose rows are `ld` apart.
  template <class Number>
  Matrix(Index rows, Index cols, const Number* data, Index ld) : Matrix(rows, cols) {
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < cols; ++j) (*this)(i, j) = static_cast<double>(data[i * ld + j]);
  }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  double& operator()(Index i, Index j) { return values_[static_cast<std::size_t>(i * cols_ + j)]; }
  double operator()(Index i, Index j) const { return values_[static_cast<std::size_t>(i * cols_ + j)]; }
  const std::vector<double>& values() const { return values_; }

 private:
  Index rows_, cols_;
  std::vector<double> values_;
};

/// y_ij = f(x_ij)
template <class Function>
Matrix map(const Matrix& x, Function f) {
  Matrix y(x.rows(), x.cols());
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j) y(i, j) = f(x(i, j));
  return y;
}

/// y_ij = f(a_ij, b_ij)
template <class Function>
Matrix map(const Matrix& a, const Matrix& b, Function f) {
  Matrix y(a.rows(), a.cols());
  for (Index i = 0; i < a.rows(); ++i)
    for (Index j = 0; j < a.cols(); ++j) y(i, j) = f(a(i, j), b(i, j));
  return y;
}

inline Matrix times(const Matrix& a, const Matrix& b) {
  return map(a, b, [](double x, double y) { return x * y; });
}
inline Matrix plus(const Matrix& a, const Matrix& b) {
  return map(a, b, [](double x, double y) { return x + y; });
}
inline Matrix scaled(double factor, const Matrix& x) {
  return map(x, [=](double v) { return factor * v; });
}
inline Matrix transposed(const Matrix& x) {
  Matrix y(x.cols(), x.rows());
  for (Index i = 0; i < x.rows(); ++i)
    for (Index j = 0; j < x.cols(); ++j) y(j, i) = x(i, j);
  return y;
}

}  // namespace orochi::reference
