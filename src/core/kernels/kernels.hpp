// What the core needs of the machine. Plain serial functions over row-major memory; `ld` is the distance
// between rows in elements. Every result row depends on its own input rows only, bit for bit, whatever rows
// are beside it (weight gradients excepted: they sum over rows).
#pragma once

#include <cmath>
#include <cstdint>

#include <orochi/batch.hpp>
#include <orochi/elementwise.hpp>
#include <orochi/scalar.hpp>

#include "core/choices.hpp"

namespace orochi::kernels {

/// The instructions that the kernels at work are compiled for: "v2", "v3" (AVX2), "v4" (AVX-512), "v4-bf16",
/// "v4-amx", or "plain", what each CPU of an architecture has. The best that this CPU and this build have, or
/// what the environment variable OROCHI_CPU names; throws a usage_error where that cannot be had. Chosen
/// once.
const char* level_name();

enum class Engine { native, eigen, onednn };

/// "auto" | "native" | "eigen" | "onednn" -> engine; "auto" is our own. Throws a usage_error where onednn is
/// asked for and cannot serve: not built in, or a CPU without AVX-512 (there its rows depend on their
/// positions); and where level_name() does.
Engine choose_engine(const char* name);
const char* engine_name(Engine engine);

using orochi::Precision;
/// "fp32" | "bf16" -> precision; throws a usage_error where bf16 cannot be had: another engine than our own,
/// a CPU without AVX512_BF16, a build by a compiler that does not know it, or double.
Precision choose_precision(const char* name, Engine engine);

/// A strided row-major operand.
struct Operand {
  const Scalar* data;
  Index ld;
};

/// The products of a layer y = x W^T + b and of attention. C [M, N] has stride ldc; accumulate: C += and not
/// =. No heap memory is used after the first calls, but for packing buffers inside of the engines.
///
/// C = A B^T (+ bias[N] on every row; nullptr: none)   A [M, K], B [N, K]
void gemm_nt(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc, bool accumulate,
             const Scalar* bias = nullptr);
/// C = A B                                             A [M, K], B [K, N]
void gemm_nn(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
             bool accumulate);
/// C = A^T B                                           A [K, M], B [K, N]
void gemm_tn(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
             bool accumulate);

/// out[N] (+)= sum over rows of x [M, N]: a bias gradient.
void column_sums(Index m, Index n, Operand x, Scalar* out, bool accumulate);
/// The same of x = dy slope [M, N] without gaps, which is written to dx; dx may be dy.
void scaled_column_sums(Index m, Index n, const Scalar* dy, const Scalar* slope, Scalar* dx, Scalar* out,
                        bool accumulate);
/// The same of weights[r] x row r.
void weighted_column_sums(Index m, Index n, Operand x, const Scalar* weights, Scalar* out, bool accumulate);

/// Functions of one number.
extern const Elementwise relu, gelu /* x Phi(x), exact (erf) */,
    gelu_tanh /* 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) */, silu /* x / (1 + exp(-x)) */, exp,
    sigmoid /* 1 / (1 + exp(-x)) */, tanh, elu /* x, or exp(x) - 1 below 0 (Clevert et al. 2016) */;

/// out = a b, out = a + b: n elements; out may be a or b.
void multiply(Index n, const Scalar* a, const Scalar* b, Scalar* out);
void add(Index n, const Scalar* a, const Scalar* b, Scalar* out);

/// b(i, j) = data[i * row_step + j * column_step]; a step of 0 repeats one row or one column.
struct Repeated {
  const Scalar* data;
  Index row_step, column_step;
};
enum class Combine { add, subtract, multiply, divide };
/// y = a f b element by element: a, y [M, N] without gaps; y may be a.
void combine(Combine f, Index m, Index n, const Scalar* a, Repeated b, Scalar* y);
/// da (+)= dy d(a f b)/da [M, N], and the same for each element of b, repeated or not: [M, N].
void combine_backward_first(Combine f, Index m, Index n, const Scalar* dy, const Scalar* a, Repeated b,
                            Scalar* da, bool accumulate);
void combine_backward_second(Combine f, Index m, Index n, const Scalar* dy, const Scalar* a, Repeated b,
                             Scalar* db, bool accumulate);
/// out[M] (+)= sum over columns of x [M, N].
void row_sums(Index m, Index n, const Scalar* x, Scalar* out, bool accumulate);

/// In place on the first n of each row of x [M, ld]: x = softmax(scale * x). Row r sees only its first
/// `visible(r)` entries when causal (visible = first_row + r + 1, at most n); the others become 0.
void softmax_rows(Index m, Index n, Scalar* x, Index ld, Scalar scale, bool causal = false,
                  Index first_row = 0);
/// dx = scale * p * (dp - sum(p * dp)), in place on dp; p [M, N] are the probabilities. Where p is 0, dx is.
void softmax_rows_backward(Index m, Index n, const Scalar* p, Scalar* dp, Index ld, Scalar scale);

/// Of a row x: softmax is exp(x - maximum) / sum. The sum is in double.
struct ExponentialSum {
  Scalar maximum;
  double sum;
  /// -log of the softmax of x, one of the row.
  double negative_log(Scalar x) const {
    return std::log(sum) + (static_cast<double>(maximum) - static_cast<double>(x));
  }
};
/// e = exp(x - maximum), n elements; or the sum alone.
ExponentialSum exponentials(Index n, const Scalar* x, Scalar* e);
ExponentialSum sum_of_exponentials(Index n, const Scalar* x);
/// Sum of weights (maximum - x), in double; without weights (null), all are 1.
double sum_below(Index n, const Scalar* x, Scalar maximum, const Scalar* weights);
/// out (+)= scale e - shift weights, n elements: the gradient of cross entropy but for the label's own term.
void scale_and_shift(Index n, Scalar scale, const Scalar* e, Scalar shift, const Scalar* weights, Scalar* out,
                     bool accumulate);

/// y = (x - mean) * rstd * weight + bias by row; x, y [M, N] contiguous; mean [M, 2] and rstd[M] are for the
/// backward pass. The mean is the sum of two numbers: one alone has too few digits where it is large.
void layer_norm(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* bias, Scalar eps,
                Scalar* y, Scalar* mean, Scalar* rstd);
/// `lost` [2, N] is scratch memory.
void layer_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* mean,
                         const Scalar* rstd, const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                         bool accumulate_weight, Scalar* dbias, bool accumulate_bias, Scalar* lost);
/// y = x * rrms * weight, rrms = 1 / sqrt(mean(x^2) + eps).
void rms_norm(Index m, Index n, const Scalar* x, const Scalar* weight, Scalar eps, Scalar* y, Scalar* rrms);
/// `lost` [N] is scratch memory.
void rms_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* rrms,
                       const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                       bool accumulate_weight, Scalar* lost);

/// Where one row's dropout bits come from.
struct RandomRow {
  std::uint32_t seed, step, sample, stream, row;
};
/// out [M, ld], n columns: 0 with probability p, else 1 / (1 - p); p counts in steps of 1 / 65536. Bits by
/// Philox 4x32-7: column j of row r takes the half (j / 16) % 2 of word 2 (r % 2) + (j / 32) % 2 of the
/// counter {j / 64 * 16 + j % 16, r / 2, stream, sample} under the key {seed, step}. Quickest where rows 2 i
/// and 2 i + 1 of a sequence follow each other. The columns are first .. first + n - 1, first a multiple
/// of 64.
void dropout_factors(Index m, Index n, double p, const RandomRow* at, Scalar* out, Index ld, Index first = 0);
/// The four words of one counter (Salmon et al. 2011): tests hold it against the published vectors.
void philox(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]);

/// y += a x; sum of squares in double.
void add_scaled(Index n, Scalar a, const Scalar* x, Scalar* y);
double sum_of_squares(Index n, const Scalar* x);

/// One update of n parameters (Loshchilov & Hutter 2019), m and v being the moments. What all of them share
/// is computed in double beforehand:
struct AdamStep {
  Scalar grad_scale;     // the gradient is multiplied by it first (clipping)
  Scalar decay, shrink;  // g += decay * w (Adam); w *= shrink = 1 - lr * weight_decay (AdamW)
  Scalar beta1, beta2;
  Scalar share1, share2;  // 1 - beta
  Scalar rate;            // lr / (1 - beta1^t)
  Scalar root;            // 1 / sqrt(1 - beta2^t)
  Scalar epsilon;
};
void adam_update(Index n, const AdamStep& step, const Scalar* g, Scalar* w, Scalar* m, Scalar* v);
/// v = momentum * v + g; w -= lr * v (PyTorch's SGD without dampening).
void sgd_update(Index n, Scalar learning_rate, Scalar momentum, Scalar weight_decay, Scalar grad_scale,
                const Scalar* g, Scalar* w, Scalar* v);

/// Multiply-adds a second, times two, that one core reaches in a loop of nothing else (the best of
/// `seconds`).
double peak_flops(double seconds);

}  // namespace orochi::kernels
