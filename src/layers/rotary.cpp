#include "core/kernels/rotary.hpp"

#include <algorithm>

#include <orochi/error.hpp>
#include <orochi/layer.hpp>
#include <orochi/rotary.hpp>

#include "layers/operation_error.hpp"

namespace orochi {
namespace {

/// Numbers of a position.
Index width_of(Index head_dim) {
  if (head_dim % 2 != 0)
    throw usage_error("rotary positions turn pairs of columns, but a head has " + std::to_string(head_dim) +
                      "; allowed: an even head_dim");
  return kernels::rotary_size(1, head_dim);
}

PositionTable::Make maker(Index head_dim) {
  return [head_dim](Index first, Index count, Scalar* rows) {
    kernels::rotary_table(first, count, head_dim, rows);
  };
}

}  // namespace

Rotary::Rotary(Builder& builder, Index head_dim)
    : head_dim_(head_dim),
      table_(builder.position_table("rotary, heads of " + std::to_string(head_dim), width_of(head_dim),
                                    maker(head_dim))) {}

Rotary::Rotary(Index max_length, Index head_dim)
    : head_dim_(head_dim),
      table_(std::make_shared<PositionTable>(max_length, width_of(head_dim), maker(head_dim))) {}

Var Rotary::turn(Var qkv, Index num_heads, const Batch& batch) const {
  Tape& tape = qkv.tape();
  const Index columns = qkv.cols(), width = num_heads * head_dim_, turned = 2 * width;  // Q | K
  check_rows("rotary", qkv, batch);
  if (columns < 3 * width)
    throw operation_error("rotary", std::to_string(3 * width) + " columns: Q, K and V of all heads",
                          shape_text(qkv));
  const double bytes = 2.0 * static_cast<double>(qkv.rows() * columns) * sizeof(Scalar);
  const Measure measure(tape.observer(), "rotary", Pass::forward, 0, bytes);
  Var y = tape.result(qkv.rows(), columns);  // [N, 3 H D]
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    table_->each_piece(batch.length(b), [&](Index first, Index count, const Scalar* table) {
      const Index at = (batch.first_row(b) + first) * columns;
      kernels::rotate(count, turned, head_dim_, table, qkv.data() + at, y.data() + at, columns,
                      kernels::Turn::on);
    });
  }
  for (Index i = 0; i < qkv.rows(); ++i)
    std::copy_n(qkv.data() + i * columns + turned, width, y.data() + i * columns + turned);
  y.pullback([=, this] {
    const Measure back(y.tape().observer(), "rotary", Pass::backward, 0, bytes);
    Scalar* dy = y.grad_target().data;  // nobody needs it afterwards: turned in place and handed on
    for (Index b = 0; b < batch.num_sequences(); ++b) {
      table_->each_piece(batch.length(b), [&](Index first, Index count, const Scalar* table) {
        Scalar* rows = dy + (batch.first_row(b) + first) * columns;
        kernels::rotate(count, turned, head_dim_, table, rows, rows, columns, kernels::Turn::back);
      });
    }
    y.pass_grad(qkv);
  });
  return y;
}

}  // namespace orochi
