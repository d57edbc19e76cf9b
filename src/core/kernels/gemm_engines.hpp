// The engines behind gemm.
#pragma once

#include <string>

#include "core/kernels/kernels.hpp"

namespace orochi::kernels {

/// C (+)= op(A) op(B), row-major: op(A) [M, K], op(B) [K, N], C [M, N] with stride ldc.
struct Product {
  Index m, n, k;
  Operand a, b;
  bool transpose_a, transpose_b;
  Scalar* c;
  Index ldc;
  bool accumulate;
};
using ProductFunction = void (*)(const Product&);

void eigen_product(const Product& product);

/// nullptr where oneDNN cannot serve: not built in, double, or a CPU without AVX-512 (there a row of
/// `dnnl_sgemm` gets other bits at other positions in a block of 24 rows).
ProductFunction onednn_product();
/// "2.6.3"; empty where it is not built in.
std::string onednn_version();

}  // namespace orochi::kernels
