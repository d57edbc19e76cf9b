#include <Eigen/Core>

#include "core/kernels/gemm_engines.hpp"

namespace orochi::kernels {
namespace {

using RowMajor = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstView = Eigen::Map<const RowMajor, Eigen::Unaligned, Eigen::OuterStride<>>;
using View = Eigen::Map<RowMajor, Eigen::Unaligned, Eigen::OuterStride<>>;

template <class A, class B>
void multiply(const A& a, const B& b, View& c, bool accumulate) {
  if (accumulate)
    c.noalias() += a * b;
  else
    c.noalias() = a * b;
}

ConstView view(Operand x, Index rows, Index cols) { return {x.data, rows, cols, Eigen::OuterStride<>(x.ld)}; }

}  // namespace

void eigen_product(const Product& p) {
  View c(p.c, p.m, p.n, Eigen::OuterStride<>(p.ldc));  // [M, N]
  if (p.transpose_a)
    multiply(view(p.a, p.k, p.m).transpose(), view(p.b, p.k, p.n), c, p.accumulate);
  else if (p.transpose_b)
    multiply(view(p.a, p.m, p.k), view(p.b, p.n, p.k).transpose(), c, p.accumulate);
  else
    multiply(view(p.a, p.m, p.k), view(p.b, p.k, p.n), c, p.accumulate);
}

}  // namespace orochi::kernels
