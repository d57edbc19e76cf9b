#include "layers/attention_heads.hpp"

#include <bit>
#include <cmath>

#include "core/packed_weights.hpp"

namespace orochi {
namespace {

using kernels::Operand;

Operand rows_of(Var x, const Batch& batch, Index b, Index column) {
  return {x.data() + batch.first_row(b) * x.cols() + column, x.cols()};
}

}  // namespace

bool in_bf16(const Tape& tape, Index head_dim) {
  return tape.context().packed != nullptr && tape.context().packed->precision() == kernels::Precision::bf16 &&
         head_fits_bf16(head_dim);
}

kernels::AttentionHead make_head(const AttentionOptions& options, Index h, Index queries, Operand query,
                                 Index keys, Operand key, bool bf16) {
  return {queries,
          keys,
          options.head_dim,
          Scalar(1) / std::sqrt(static_cast<Scalar>(options.head_dim)),
          options.causal,
          options.window,
          options.alibi ? static_cast<Scalar>(alibi_slope(h, options.num_heads)) : 0,
          0,
          {},
          query,
          key,
          key,  // in place of values, which a map does not need
          bf16};
}

kernels::AttentionHead make_head(const AttentionInputs& in, const AttentionOptions& options, Index b,
                                 Index h) {
  const Index column = h * options.head_dim;
  const Tape& tape = in.query.tape();
  const RandomKey key = tape.context().key;
  kernels::AttentionHead head =
      make_head(options, h, in.queries.length(b), rows_of(in.query, in.queries, b, column), in.keys.length(b),
                rows_of(in.key, in.keys, b, in.key_column + column), in_bf16(tape, options.head_dim));
  head.value = rows_of(in.key, in.keys, b, in.value_column + column);
  head.dropout = tape.drops_out() ? options.dropout : 0;
  const std::uint32_t sample = head.dropout > 0 ? in.queries.samples[static_cast<std::size_t>(b)] : 0;
  head.at = {key.seed, key.step, sample, options.stream + static_cast<std::uint32_t>(h), 0};
  return head;
}

double alibi_slope(Index h, Index num_heads) {
  const auto power = static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(num_heads)));
  // Past a power of two, every other slope of twice as many heads.
  const Index rank = h < power ? 2 * (h + 1) : 2 * (h - power) + 1;
  return std::exp2(-4.0 * static_cast<double>(rank) / static_cast<double>(power));
}

}  // namespace orochi
