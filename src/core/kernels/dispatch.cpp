// The kernels' public names where there are several levels: each goes to the level at work.
#include "core/kernels/level_table.hpp"
#include "core/kernels/levels.hpp"

namespace orochi::kernels {
namespace {

const LevelTable& at_work() { return *level().table; }

/// Functions of one number, which callers hold by address: each call goes to the level at work.
template <auto function>
constexpr Elementwise dispatched() {
  return {[](Index n, const Scalar* x, Scalar* y) { (at_work().*function)->value(n, x, y); },
          [](Index n, const Scalar* x, const Scalar* dy, Scalar* dx, bool accumulate) {
            (at_work().*function)->backward(n, x, dy, dx, accumulate);
          },
          [](Index n, Scalar* y, Scalar* derivative, bool factors) {
            (at_work().*function)->with_derivative(n, y, derivative, factors);
          }};
}

}  // namespace

constinit const Elementwise relu = dispatched<&LevelTable::relu>();
constinit const Elementwise gelu = dispatched<&LevelTable::gelu>();
constinit const Elementwise gelu_tanh = dispatched<&LevelTable::gelu_tanh>();
constinit const Elementwise silu = dispatched<&LevelTable::silu>();
constinit const Elementwise exp = dispatched<&LevelTable::exp>();
constinit const Elementwise sigmoid = dispatched<&LevelTable::sigmoid>();
constinit const Elementwise tanh = dispatched<&LevelTable::tanh>();
constinit const Elementwise elu = dispatched<&LevelTable::elu>();

void gemm_nt(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc, bool accumulate,
             const Scalar* bias) {
  at_work().gemm_nt(e, m, n, k, a, b, c, ldc, accumulate, bias);
}
void gemm_nn(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
             bool accumulate) {
  at_work().gemm_nn(e, m, n, k, a, b, c, ldc, accumulate);
}
void gemm_tn(Engine e, Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
             bool accumulate) {
  at_work().gemm_tn(e, m, n, k, a, b, c, ldc, accumulate);
}
Index packed_size(Index n, Index k) { return at_work().packed_size(n, k); }
Index panel_columns() { return at_work().panel_columns(); }
void pack_panels(Index n, Index k, Operand b, bool transposed, Scalar* packed) {
  at_work().pack_panels(n, k, b, transposed, packed);
}
void pack_panel(Index n, Index k, Operand b, Index first, Scalar* packed) {
  at_work().pack_panel(n, k, b, first, packed);
}
void multiply_panels(Index m, Index n, Index k, Left a, Panels b, Scalar* c, Index ldc, bool accumulate,
                     const Scalar* bias) {
  at_work().multiply_panels(m, n, k, a, b, c, ldc, accumulate, bias);
}
void multiply_rows(Index m, Index n, Index k, Left a, Operand b, Scalar* c, Index ldc, bool accumulate) {
  at_work().multiply_rows(m, n, k, a, b, c, ldc, accumulate);
}
void multiply_transposed(Index m, Index n, Index k, Operand a, Operand b, Scalar* c, Index ldc,
                         bool accumulate) {
  at_work().multiply_transposed(m, n, k, a, b, c, ldc, accumulate);
}
void to_bf16_rows(Index m, Index k, Operand x, Pair* out) { at_work().to_bf16_rows(m, k, x, out); }
void to_bf16_panels(Index k, Index n, Operand x, Pair* out) { at_work().to_bf16_panels(k, n, x, out); }
void to_bf16_panel_transposed(Index n, Index k, Operand x, Index first, Pair* out) {
  at_work().to_bf16_panel_transposed(n, k, x, first, out);
}
void multiply_bf16(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                   bool accumulate, const Scalar* bias) {
  at_work().multiply_bf16(m, n, k, a, b, c, ldc, accumulate, bias);
}
void multiply_bf16_transposed(Index m, Index n, Index k, const Pair* a, const Pair* b, Scalar* c, Index ldc,
                              bool accumulate) {
  at_work().multiply_bf16_transposed(m, n, k, a, b, c, ldc, accumulate);
}
Index attention_scratch(Index keys, Index head_dim) { return at_work().attention_scratch(keys, head_dim); }
void attention_forward(const AttentionHead& head, Scalar* out, Index ld, FilterSums sums, Scalar* scratch) {
  at_work().attention_forward(head, out, ld, sums, scratch);
}
void attention_map(const AttentionHead& head, FilterSums sums, Index first, Index count, Scalar* scores,
                   Scalar* weights, Scalar* scratch) {
  at_work().attention_map(head, sums, first, count, scores, weights, scratch);
}
void attention_backward(const AttentionHead& head, Operand out, Operand dout, FilterSums sums, Result dquery,
                        Result dkey, Result dvalue, Scalar* scratch) {
  at_work().attention_backward(head, out, dout, sums, dquery, dkey, dvalue, scratch);
}
Index rotary_size(Index length, Index d) { return at_work().rotary_size(length, d); }
void rotary_table(Index first, Index length, Index d, Scalar* table) {
  at_work().rotary_table(first, length, d, table);
}
void rotate(Index rows, Index columns, Index d, const Scalar* table, const Scalar* x, Scalar* y, Index ld,
            Turn turn) {
  at_work().rotate(rows, columns, d, table, x, y, ld, turn);
}
void sum_rows_at(Index c, const Scalar* start, std::span<const Scalar* const> rows, Scalar* out) {
  at_work().sum_rows_at(c, start, rows, out);
}
void column_sums(Index m, Index n, Operand x, Scalar* out, bool accumulate) {
  at_work().column_sums(m, n, x, out, accumulate);
}
void scaled_column_sums(Index m, Index n, const Scalar* dy, const Scalar* slope, Scalar* dx, Scalar* out,
                        bool accumulate) {
  at_work().scaled_column_sums(m, n, dy, slope, dx, out, accumulate);
}
void weighted_column_sums(Index m, Index n, Operand x, const Scalar* weights, Scalar* out, bool accumulate) {
  at_work().weighted_column_sums(m, n, x, weights, out, accumulate);
}
void multiply(Index n, const Scalar* a, const Scalar* b, Scalar* out) { at_work().multiply(n, a, b, out); }
void add(Index n, const Scalar* a, const Scalar* b, Scalar* out) { at_work().add(n, a, b, out); }
void combine(Combine f, Index m, Index n, const Scalar* a, Repeated b, Scalar* y) {
  at_work().combine(f, m, n, a, b, y);
}
void combine_backward_first(Combine f, Index m, Index n, const Scalar* dy, const Scalar* a, Repeated b,
                            Scalar* da, bool accumulate) {
  at_work().combine_backward_first(f, m, n, dy, a, b, da, accumulate);
}
void combine_backward_second(Combine f, Index m, Index n, const Scalar* dy, const Scalar* a, Repeated b,
                             Scalar* db, bool accumulate) {
  at_work().combine_backward_second(f, m, n, dy, a, b, db, accumulate);
}
void row_sums(Index m, Index n, const Scalar* x, Scalar* out, bool accumulate) {
  at_work().row_sums(m, n, x, out, accumulate);
}
void softmax_rows(Index m, Index n, Scalar* x, Index ld, Scalar scale, bool causal, Index first_row) {
  at_work().softmax_rows(m, n, x, ld, scale, causal, first_row);
}
void softmax_rows_backward(Index m, Index n, const Scalar* p, Scalar* dp, Index ld, Scalar scale) {
  at_work().softmax_rows_backward(m, n, p, dp, ld, scale);
}
ExponentialSum exponentials(Index n, const Scalar* x, Scalar* e) { return at_work().exponentials(n, x, e); }
ExponentialSum sum_of_exponentials(Index n, const Scalar* x) { return at_work().sum_of_exponentials(n, x); }
double sum_below(Index n, const Scalar* x, Scalar maximum, const Scalar* weights) {
  return at_work().sum_below(n, x, maximum, weights);
}
void scale_and_shift(Index n, Scalar scale, const Scalar* e, Scalar shift, const Scalar* weights, Scalar* out,
                     bool accumulate) {
  at_work().scale_and_shift(n, scale, e, shift, weights, out, accumulate);
}
void layer_norm(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* bias, Scalar eps,
                Scalar* y, Scalar* mean, Scalar* rstd) {
  at_work().layer_norm(m, n, x, weight, bias, eps, y, mean, rstd);
}
void layer_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* mean,
                         const Scalar* rstd, const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                         bool accumulate_weight, Scalar* dbias, bool accumulate_bias, Scalar* lost) {
  at_work().layer_norm_backward(m, n, x, weight, mean, rstd, dy, dx, accumulate_x, dweight, accumulate_weight,
                                dbias, accumulate_bias, lost);
}
void rms_norm(Index m, Index n, const Scalar* x, const Scalar* weight, Scalar eps, Scalar* y, Scalar* rrms) {
  at_work().rms_norm(m, n, x, weight, eps, y, rrms);
}
void rms_norm_backward(Index m, Index n, const Scalar* x, const Scalar* weight, const Scalar* rrms,
                       const Scalar* dy, Scalar* dx, bool accumulate_x, Scalar* dweight,
                       bool accumulate_weight, Scalar* lost) {
  at_work().rms_norm_backward(m, n, x, weight, rrms, dy, dx, accumulate_x, dweight, accumulate_weight, lost);
}
void dropout_factors(Index m, Index n, double p, const RandomRow* at, Scalar* out, Index ld, Index first) {
  at_work().dropout_factors(m, n, p, at, out, ld, first);
}
void philox(const std::uint32_t counter[4], const std::uint32_t key[2], std::uint32_t out[4]) {
  at_work().philox(counter, key, out);
}
void add_scaled(Index n, Scalar a, const Scalar* x, Scalar* y) { at_work().add_scaled(n, a, x, y); }
double sum_of_squares(Index n, const Scalar* x) { return at_work().sum_of_squares(n, x); }
void adam_update(Index n, const AdamStep& step, const Scalar* g, Scalar* w, Scalar* m, Scalar* v) {
  at_work().adam_update(n, step, g, w, m, v);
}
void sgd_update(Index n, Scalar learning_rate, Scalar momentum, Scalar weight_decay, Scalar grad_scale,
                const Scalar* g, Scalar* w, Scalar* v) {
  at_work().sgd_update(n, learning_rate, momentum, weight_decay, grad_scale, g, w, v);
}
double peak_flops(double seconds) { return at_work().peak_flops(seconds); }

bool bf16_available() { return level().bf16; }

}  // namespace orochi::kernels
