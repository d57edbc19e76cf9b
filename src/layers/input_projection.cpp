#include "layers/input_projection.hpp"

#include <algorithm>

#include <orochi/error.hpp>
#include <orochi/profile.hpp>

#include "core/kernels/kernels.hpp"
#include "layers/bytes_of.hpp"
#include "layers/embedding.hpp"

namespace orochi {
namespace {

/// Calls use(row, row + shift) for each row whose neighbor so far on is in the same sequence and not hidden.
template <typename Use>
void for_neighbors(const Batch& batch, Index shift, Use use) {
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const Index begin = batch.first_row(b), end = begin + batch.length(b);
    for (Index row = std::max(begin, begin - shift); row < std::min(end, end - shift); ++row)
      if (!std::ranges::binary_search(batch.hidden, batch.offsets[0] + row + shift)) use(row, row + shift);
  }
}

/// The rows around each row, side by side: [N, C] -> [N, size C].
Var rows_around(Var x, Index size, const Batch& batch) {
  Tape& tape = x.tape();
  const Index n = x.rows(), c = x.cols(), half = size / 2;
  const Measure measure(tape.observer(), "rows around", Pass::forward, 0, bytes_of(2 * n * size * c));
  Var y = tape.result(n, size * c);  // [N, size C]
  std::fill_n(y.data(), n * size * c, Scalar(0));
  for (Index k = 0; k < size; ++k)
    for_neighbors(batch, k - half, [&](Index row, Index neighbor) {
      std::copy_n(x.data() + neighbor * c, c, y.data() + (row * size + k) * c);
    });
  y.pullback([=] {
    if (!x.needs_grad()) return;
    const Measure back(y.tape().observer(), "rows around", Pass::backward, 0, bytes_of(2 * n * size * c));
    Scalar* dx = x.grad_sum().data();  // [N, C]
    for (Index k = 0; k < size; ++k)
      for_neighbors(batch, k - half, [&](Index row, Index neighbor) {
        kernels::add(c, dx + neighbor * c, y.grad().data() + (row * size + k) * c, dx + neighbor * c);
      });
  });
  return y;
}

}  // namespace

InputProjection::InputProjection(Builder& builder) : kernel_size_(builder.integer("kernel_size")) {
  const Index width = embedding_width(builder.model());
  if (kernel_size_ % 2 == 0)
    throw OptionError("layer.input_projection.kernel_size",
                      "[layer.input_projection] kernel_size = " + std::to_string(kernel_size_) +
                          "; allowed: an odd number, so that a row has as many neighbors before as after it");
  weight_ = builder.weight("weight", width, kernel_size_ * builder.width());
  bias_ = builder.vector("bias", width);
  builder.set_width(width);
}

Rows InputProjection::forward(const Rows& x) const {
  const Var rows = kernel_size_ == 1 ? x.values : rows_around(x.values, kernel_size_, x.batch);
  return x.with(linear(rows, weight_, &bias_));
}

}  // namespace orochi
