// What the core needs of the machine. Plain serial functions over row-major memory; `ld` is the distance
// between rows in elements. Every result row depends on its own input rows only, bit for bit, whatever rows
// stand beside it (weight gradients excepted: they sum over rows).
#pragma once

#include <cstdint>

#include <orochi/batch.hpp>
#include <orochi/scalar.hpp>

namespace orochi::kernels {

enum class Engine { eigen, onednn };

/// "auto" | "eigen" | "onednn" -> engine; throws a usage_error where onednn is asked for and cannot serve:
/// not built in, or a CPU without AVX-512 (there its rows depend on their places).
Engine choose_engine(const char* name);
const char* engine_name(Engine engine);

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

/// y = x / (1 + exp(-x)) and friends, n elements; `*_backward`: dx (+)= dy * f'(x). y may not alias x.
void relu(Index n, const Scalar* x, Scalar* y);
void relu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate);
void gelu(Index n, const Scalar* x, Scalar* y);  // x Phi(x), exact (erf)
void gelu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate);
void gelu_tanh(Index n, const Scalar* x, Scalar* y);  // 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
void gelu_tanh_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate);
void silu(Index n, const Scalar* x, Scalar* y);
void silu_backward(Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate);

/// In place on the first n of each row of x [M, ld]: x = softmax(scale * x). Row r sees only its first
/// `visible(r)` entries when causal (visible = first_row + r + 1, at most n); the others become 0.
void softmax_rows(Index m, Index n, Scalar* x, Index ld, Scalar scale, bool causal = false,
                  Index first_row = 0);
/// dx = scale * p * (dp - sum(p * dp)), in place on dp; p [M, N] are the probabilities. Where p is 0, dx is.
void softmax_rows_backward(Index m, Index n, const Scalar* p, Scalar* dp, Index ld, Scalar scale);

/// y = (x - mean) * rstd * weight + bias by row; x, y [M, N] contiguous; mean[M] and rstd[M] are for the
/// way back.
void layer_norm(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* bias, Scalar eps,
                Scalar* y, Scalar* mean, Scalar* rstd);
void layer_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* mean,
                         const Scalar* rstd, const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                         bool accumulate_weight, Scalar* dbias, bool accumulate_bias);
/// y = x * rrms * weight, rrms = 1 / sqrt(mean(x^2) + eps).
void rms_norm(Index m, Index n, const Scalar* x, const Scalar* weight, Scalar eps, Scalar* y, Scalar* rrms);
void rms_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* rrms,
                       const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                       bool accumulate_weight);

/// Where one row's dropout bits come from: counter {column / 4, row, site, sample}, key {seed, step}.
struct RandomRow {
  std::uint32_t seed, step, sample, site, row;
};
/// out[j] (+)= keep(j) ? x[j] / (1 - p) : 0 for j < n, bits by Philox 4x32-10 counted from `at`. Elements
/// 4i .. 4i+3 take the four words of one counter; keep is word >= p 2^32. x may be out. 0 <= p < 1.
void dropout_row(Index n, const Scalar* x, Scalar p, const RandomRow& at, Scalar* out, bool accumulate);
/// The four words of one counter (Salmon et al. 2011): tests hold it against the published vectors.
void philox(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]);

/// y += a x; sum of squares in double.
void add_scaled(Index n, Scalar a, const Scalar* x, Scalar* y);
double sum_of_squares(Index n, const Scalar* x);

/// One update of n parameters (Loshchilov & Hutter 2019): m, v moments; correction1 = 1 - beta1^t and so on;
/// g is scaled by grad_scale first (clipping). decoupled: w *= 1 - lr * decay; else g += decay * w.
struct AdamStep {
  Scalar learning_rate, beta1, beta2, epsilon, weight_decay, correction1, correction2, grad_scale;
  bool decoupled;
};
void adam_update(Index n, const AdamStep& step, const Scalar* g, Scalar* w, Scalar* m, Scalar* v);
/// v = momentum * v + g; w -= lr * v (PyTorch's SGD without dampening).
void sgd_update(Index n, Scalar learning_rate, Scalar momentum, Scalar weight_decay, Scalar grad_scale,
                const Scalar* g, Scalar* w, Scalar* v);

}  // namespace orochi::kernels
