#include <orochi/ops.hpp>
#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

/// out (+)= x with dropped elements, row by row of every sequence.
void drop_rows(const Scalar* x, Index cols, Scalar p, RandomKey key, std::uint32_t site, const Batch& batch,
               Scalar* out, bool accumulate) {
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const std::uint32_t sample = batch.samples[static_cast<std::size_t>(b)];
    for (Index i = 0; i < batch.length(b); ++i) {
      const Index at = (batch.first_row(b) + i) * cols;
      const kernels::RandomRow row{key.seed, key.step, sample, site, static_cast<std::uint32_t>(i)};
      kernels::dropout_row(cols, x + at, p, row, out + at, accumulate);
    }
  }
}

}  // namespace

Var dropout(Var x, double probability, std::uint32_t site, const Batch& batch) {
  Tape& tape = x.tape();
  if (!tape.training() || probability == 0) return x;
  const Scalar p = static_cast<Scalar>(probability);
  const RandomKey key = tape.random_key();
  Var y = tape.result(x.rows(), x.cols());  // [N, C]
  drop_rows(x.data(), x.cols(), p, key, site, batch, y.data(), false);
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const GradientTarget dx = x.grad_target();
    drop_rows(y.grad().data(), x.cols(), p, key, site, batch, dx.data, dx.accumulate);
  });
  return y;
}

}  // namespace orochi
