#include "layers/dropout.hpp"

#include <algorithm>

#include "core/kernels/kernels.hpp"
#include "layers/operation_error.hpp"

namespace orochi {

void row_dropout_factors(const Batch& batch, Index first, Index last, Index cols, double p, RandomKey key,
                         std::uint32_t stream, Scalar* out) {
  if (last > batch.num_rows())
    throw operation_error("dropout", "the batch's " + std::to_string(batch.num_rows()) + " rows",
                          std::to_string(last));
  check_samples("dropout", batch);
  constexpr Index at_once = 64;
  kernels::RandomRow at[at_once];
  const auto after = std::upper_bound(batch.offsets.begin(), batch.offsets.end(), batch.offsets[0] + first);
  Index b = after - batch.offsets.begin() - 1;  // the sequence of row `first`
  for (Index row = first; row < last;) {
    while (row >= batch.first_row(b) + batch.length(b)) ++b;
    const Index end = std::min({last, batch.first_row(b) + batch.length(b), row + at_once});
    for (Index i = row; i < end; ++i)
      at[i - row] = {key.seed, key.step, batch.samples[static_cast<std::size_t>(b)], stream,
                     static_cast<std::uint32_t>(i - batch.first_row(b))};
    kernels::dropout_factors(end - row, cols, p, at, out + (row - first) * cols, cols);
    row = end;
  }
}

Var dropout(Var x, double p, std::uint32_t stream, const Batch& batch) {
  Tape& tape = x.tape();
  if (!(p >= 0 && p < 1))
    throw operation_error("dropout", "a probability of 0 or more, below 1", std::to_string(p));
  if (!tape.drops_out() || p == 0) return x;
  check_rows("dropout", x, batch);
  const Index size = x.rows() * x.cols();
  const double bytes = 3.0 * static_cast<double>(size) * sizeof(Scalar);
  const Measure measure(tape.observer(), "dropout", Pass::forward, 0, bytes, 0, static_cast<double>(size));
  Scalar* factor = tape.allocate(size);  // [N, C]
  row_dropout_factors(batch, 0, x.rows(), x.cols(), p, tape.context().key, stream, factor);
  Var y = tape.result(x.rows(), x.cols());  // [N, C]
  kernels::multiply(size, x.data(), factor, y.data());
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), "dropout", Pass::backward, 0, bytes);
    const GradientTarget dx = x.grad_target();
    if (dx.accumulate)
      x.add_grad(y.grad().cwiseProduct(ConstMatrixMap(factor, x.rows(), x.cols())));
    else
      kernels::multiply(size, y.grad().data(), factor, dx.data);
  });
  return y;
}

}  // namespace orochi
