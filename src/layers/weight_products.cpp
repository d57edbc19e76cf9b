#include "layers/weight_products.hpp"

#include "core/kernels/kernels.hpp"
#include "core/kernels/panels.hpp"
#include "core/packed_weights.hpp"

namespace orochi {
namespace {

using kernels::Engine;
using kernels::Pair;

/// Multiply-adds of some products of one layer, two each, and the memory that they have to touch.
Measure measure(const Tape& tape, Pass pass, Index products, Index n, Parameter weight) {
  const Index in = weight.cols, out = weight.rows;
  return {tape.observer(), "linear", pass, 2.0 * static_cast<double>(products * n * in * out),
          static_cast<double>(products * (n * in + n * out + in * out)) * sizeof(Scalar)};
}

PackedWeights::Bf16 find_bf16(const Tape& tape, Parameter weight) {
  if (tape.context().packed == nullptr) return {nullptr, nullptr};
  return tape.context().packed->find_bf16(weight);
}

Pair* pairs(Scratch& scratch, Index n) {
  static_assert(sizeof(Pair) <= sizeof(Scalar));
  return reinterpret_cast<Pair*>(scratch.scalars(n));
}

/// In bf16 the left-hand sides are converted first.
void multiply_bf16_weight(Tape& tape, Parameter weight, const Scalar* bias, Index n, const Scalar* x,
                          Scalar* y) {
  Scratch scratch(tape);
  Pair* rows = pairs(scratch, n * weight.cols / 2);  // [n, in / 2]
  kernels::to_bf16_rows(n, weight.cols, {x, weight.cols}, rows);
  kernels::multiply_bf16(n, weight.rows, weight.cols, rows, find_bf16(tape, weight).transposed, y,
                         weight.rows, false, bias);
}

void multiply_bf16_backward(Var x, Parameter weight, const Scalar* dz) {
  Tape& tape = x.tape();
  const Index n = x.rows(), in = weight.cols, out = weight.rows;
  Scratch scratch(tape);
  if (tape.trains(weight)) {
    Pair *dz_panels = pairs(scratch, kernels::bf16_size(out, n)),
         *x_panels = pairs(scratch, kernels::bf16_size(in, n));
    kernels::to_bf16_panels(n, out, {dz, out}, dz_panels);
    kernels::to_bf16_panels(n, in, {x.data(), in}, x_panels);
    const GradientTarget dw = tape.grad_target(weight);
    kernels::multiply_bf16_transposed(out, in, n, dz_panels, x_panels, dw.data, in, dw.accumulate);
  }
  if (!x.needs_grad()) return;
  Pair* rows = pairs(scratch, n * out / 2);  // [N, out / 2]
  kernels::to_bf16_rows(n, out, {dz, out}, rows);
  const GradientTarget dx = x.grad_target();
  kernels::multiply_bf16(n, in, out, rows, find_bf16(tape, weight).plain, dx.data, in, dx.accumulate);
}

}  // namespace

void multiply_weight(Tape& tape, Parameter weight, const Scalar* bias, Index n, const Scalar* x, Scalar* y) {
  const Measure measured = measure(tape, Pass::forward, 1, n, weight);
  const Scalar* w = tape.value(weight).data();
  const Index in = weight.cols, out = weight.rows;
  if (find_bf16(tape, weight).transposed != nullptr) return multiply_bf16_weight(tape, weight, bias, n, x, y);
  const Scalar* packed = tape.context().packed != nullptr ? tape.context().packed->find(weight) : nullptr;
  if (packed != nullptr)
    kernels::multiply_panels(n, out, in, {x, in, 1}, {packed, in}, y, out, false, bias);
  else
    kernels::gemm_nt(static_cast<Engine>(tape.context().engine), n, out, in, {x, in}, {w, in}, y, out, false,
                     bias);
}

void multiply_weight_backward(Var x, Parameter weight, const Scalar* dz) {
  Tape& tape = x.tape();
  const Engine engine = static_cast<Engine>(tape.context().engine);
  const Index n = x.rows(), in = weight.cols, out = weight.rows;
  const Index products = Index{tape.trains(weight)} + Index{x.needs_grad()};
  const Measure measured = measure(tape, Pass::backward, products, n, weight);
  if (find_bf16(tape, weight).plain != nullptr) return multiply_bf16_backward(x, weight, dz);
  if (tape.trains(weight)) {
    const GradientTarget dw = tape.grad_target(weight);
    kernels::gemm_tn(engine, out, in, n, {dz, out}, {x.data(), in}, dw.data, in, dw.accumulate);
  }
  if (!x.needs_grad()) return;
  const GradientTarget dx = x.grad_target();
  kernels::gemm_nn(engine, n, in, out, {dz, out}, {tape.value(weight).data(), in}, dx.data, in,
                   dx.accumulate);
}

}  // namespace orochi
