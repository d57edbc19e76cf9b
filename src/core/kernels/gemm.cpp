#include <algorithm>
#include <limits>
#include <vector>

#include "core/kernels/gemm_engines.hpp"
#include "core/kernels/panels.hpp"

namespace orochi::kernels {
namespace {

/// How many rows an engine may be given at a time so that no row's bits depend on how many are beside it:
/// from `least` to `most`, in multiples of `unit`. Found by measurement and held by tests/core/kernels.
struct RowRule {
  Index least, unit, most;
};

RowRule row_rule(Engine engine, const Product& p) {
  // oneDNN: fewer than 16 rows of A B^T and single rows take kernels that sum in another order; so do more
  // than 106 rows of A B at N = K = 1024. B is packed once a call in A B^T only, hence the larger blocks
  // there.
  if (engine == Engine::onednn) return {16, 1, p.transpose_b ? 256 : 96};
  // Eigen: rows beyond a multiple of four take another kernel; so do products with M + N + K < 20.
  const Index unit = p.n + p.k < 12 ? 24 : 8;
  return {unit, unit, std::numeric_limits<Index>::max()};
}

/// Rows are independent by construction.
void own_product(const Product& p) {
  if (p.transpose_a) return multiply_transposed(p.m, p.n, p.k, p.a, p.b, p.c, p.ldc, p.accumulate);
  const Left a{p.a.data, p.a.ld, 1};
  if (!p.transpose_b) return multiply_rows(p.m, p.n, p.k, a, p.b, p.c, p.ldc, p.accumulate);
  thread_local std::vector<Scalar> packed;  // kept: it grows in the first steps only
  const auto size = static_cast<std::size_t>(packed_size(p.n, p.k));
  if (packed.size() < size) packed.resize(size);
  pack_panels(p.n, p.k, p.b, true, packed.data());
  multiply_panels(p.m, p.n, p.k, a, {packed.data(), p.k}, p.c, p.ldc, p.accumulate);
}

ProductFunction function_of(Engine engine) {
  switch (engine) {
    case Engine::native:
      return own_product;
    case Engine::eigen:
      return eigen_product;
    case Engine::onednn:
      return onednn_product();
  }
  return nullptr;
}

/// p with fewer rows than the engine may be given: computed on a copy, filled up with zero rows.
void padded_product(ProductFunction function, Product p, Index rows) {
  thread_local std::vector<Scalar> scratch;  // kept: it grows in the first steps only
  const std::size_t size = static_cast<std::size_t>(rows * (p.k + p.n));
  if (scratch.size() < size) scratch.resize(size);
  Scalar* a = scratch.data();  // [rows, K]
  Scalar* c = a + rows * p.k;  // [rows, N]
  for (Index i = 0; i < p.m; ++i) std::copy_n(p.a.data + i * p.a.ld, p.k, a + i * p.k);
  std::fill_n(a + p.m * p.k, (rows - p.m) * p.k, Scalar(0));
  if (p.accumulate) {
    for (Index i = 0; i < p.m; ++i) std::copy_n(p.c + i * p.ldc, p.n, c + i * p.n);
    std::fill_n(c + p.m * p.n, (rows - p.m) * p.n, Scalar(0));
  }
  function({rows, p.n, p.k, {a, p.k}, p.b, false, p.transpose_b, c, p.n, p.accumulate});
  for (Index i = 0; i < p.m; ++i) std::copy_n(c + i * p.n, p.n, p.c + i * p.ldc);
}

/// C (+)= A op(B) in blocks of rows such that each row's bits depend on that row alone.
void product_by_rows(Engine engine, const Product& p) {
  const RowRule rule = row_rule(engine, p);
  const ProductFunction function = function_of(engine);
  for (Index row = 0; row < p.m;) {
    const Index left = p.m - row;
    Index rows = std::min(left, rule.most);
    if (left > rows && left - rows < rule.least) rows = left / 2;
    if (rows >= rule.least) rows -= rows % rule.unit;
    Product block = p;
    block.m = rows;
    block.a.data += row * p.a.ld;
    block.c += row * p.ldc;
    if (rows < rule.least)
      padded_product(function, block, rule.least);
    else
      function(block);
    row += rows;
  }
}

/// Nothing to sum along K: C is 0 or stays.
void zero_rows(Index m, Index n, Scalar* c, Index ldc) {
  for (Index i = 0; i < m; ++i) std::fill_n(c + i * ldc, n, Scalar(0));
}

/// Lays the bias under the product, or adds it to what is there.
void add_bias(Index m, Index n, const Scalar* bias, Scalar* c, Index ldc, bool accumulate) {
  for (Index i = 0; i < m; ++i) {
    if (accumulate)
      add_scaled(n, Scalar(1), bias, c + i * ldc);
    else
      std::copy_n(bias, n, c + i * ldc);
  }
}

void product(Engine engine, const Product& p) {
  if (p.m == 0 || p.n == 0) return;
  if (p.k == 0) {
    if (!p.accumulate) zero_rows(p.m, p.n, p.c, p.ldc);
  } else if (p.transpose_a || engine == Engine::native) {
    function_of(engine)(p);
  } else {
    product_by_rows(engine, p);
  }
}

}  // namespace

void gemm_nt(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc, bool accumulate,
             const Scalar* bias) {
  if (bias != nullptr) {
    add_bias(m, n, bias, c, ldc, accumulate);
    accumulate = true;
  }
  product(e, {m, n, k, a, b, false, true, c, ldc, accumulate});
}

void gemm_nn(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
             bool accumulate) {
  product(e, {m, n, k, a, b, false, false, c, ldc, accumulate});
}

void gemm_tn(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
             bool accumulate) {
  product(e, {m, n, k, a, b, true, false, c, ldc, accumulate});
}

}  // namespace orochi::kernels
