#include <algorithm>
#include <orochi/error.hpp>
#include <orochi/rotary.hpp>

#include "core/kernels/rotary.hpp"
#include "layers/embedding.hpp"

namespace orochi {

Rotary::Rotary(Index max_length, Index head_dim) : max_length_(max_length), head_dim_(head_dim) {
  if (head_dim % 2 != 0)
    throw usage_error("rotary positions turn pairs of columns, but a head has " + std::to_string(head_dim) +
                      "; allowed: an even head_dim");
  table_.resize(static_cast<std::size_t>(kernels::rotary_size(max_length, head_dim)));
  kernels::rotary_table(max_length, head_dim, table_.data());
}

Var Rotary::turn(Var qkv, Index num_heads, const Batch& batch) const {
  Tape& tape = qkv.tape();
  const Index columns = qkv.cols(), width = num_heads * head_dim_, turned = 2 * width;  // Q | K
  const double bytes = 2.0 * static_cast<double>(qkv.rows() * columns) * sizeof(Scalar);
  const Measure measure(tape.profile(), "rotary", Pass::forward, 0, bytes);
  Var y = tape.result(qkv.rows(), columns);  // [N, 3 H D]
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    check_places(batch.length(b), max_length_);
    const Index at = batch.first_row(b) * columns;
    kernels::rotate(batch.length(b), turned, head_dim_, table_.data(), qkv.data() + at, y.data() + at,
                    columns, kernels::Turn::on);
  }
  for (Index i = 0; i < qkv.rows(); ++i)
    std::copy_n(qkv.data() + i * columns + turned, width, y.data() + i * columns + turned);
  y.pullback([=, &tape, this] {
    const Measure back(tape.profile(), "rotary", Pass::backward, 0, bytes);
    Scalar* dy = y.grad_target().data;  // nobody needs it afterwards: turned in place and handed on
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      Scalar* rows = dy + batch.first_row(b) * columns;
      kernels::rotate(batch.length(b), turned, head_dim_, table_.data(), rows, rows, columns,
                      kernels::Turn::back);
    }
    y.pass_grad(qkv);
  });
  return y;
}

}  // namespace orochi
