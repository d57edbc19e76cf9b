#include "core/kernels/attention_products.hpp"

#include "core/kernels/lanes.hpp"
#include "core/kernels/panels.hpp"

namespace orochi::kernels {
namespace {

/// Rows are short: no call for each.
void copy_row(Index n, const Scalar* from, Scalar* to) {
  for_blocks(n, [=](Index j, Index count) { store(count, load(count, from + j), to + j); });
}

Operand from_row(Operand x, Index row) { return {x.data + row * x.ld, x.ld}; }

Operand compact(Operand rows, Index count, Index d, Scalar* to) {
  for (Index i = 0; i < count; ++i) copy_row(d, rows.data + i * rows.ld, to + i * d);
  return {to, d};
}

/// Rows of Q or of dO, transposed: [D, width] in panels.
void pack_queries(const ScoreTile& tile, Index d, Operand block, Scalar* packed) {
  if (tile.queries == tile.width) return pack_panels(tile.width, d, block, true, packed);
  for (Index first = 0; first < tile.width; first += panel_width) {
    const Index width = std::min(panel_width, tile.width - first),
                used = std::min(width, tile.queries - first);
    Scalar* panel = packed + first * d;  // [D, width]
    if (used < width) std::fill_n(panel, d * width, Scalar(0));
    if (used > 0) transpose(used, d, from_row(block, first), panel, width);
  }
}

}  // namespace

Scalar* Pieces::take(Index n) {
  Scalar* piece = next;
  next += round_up(n, 16);
  return piece;
}

bool worth_copying(Index length) { return length > most_queries; }

void spread_out(const Scalar* rows, Index count, Index d, Scalar* to, Index ld) {
  for (Index i = 0; i < count; ++i) copy_row(d, rows + i * d, to + i * ld);
}

Fp32Products::Fp32Products(const AttentionHead& head, bool backward, Pieces& pieces)
    : head_(head), query_{}, dout_{}, packed_queries_(pieces.take(most_queries * head.head_dim)) {
  const Index s = head.keys, d = head.head_dim;
  if (backward) packed_dout_ = pieces.take(most_queries * d);
  if (worth_copying(s)) {
    head_.key = compact(head.key, s, d, pieces.take(s * d));
    head_.value = compact(head.value, s, d, pieces.take(s * d));
  }
  if (!backward || !worth_copying(head.length)) return;
  query_rows_ = pieces.take(most_queries * d);
  dout_rows_ = pieces.take(most_queries * d);
}

void Fp32Products::begin_queries(const ScoreTile& tile, const Operand* dout) {
  const Index d = head_.head_dim;
  query_ = from_row(head_.query, tile.first_query);
  if (query_rows_ != nullptr) query_ = compact(query_, tile.queries, d, query_rows_);
  pack_queries(tile, d, query_, packed_queries_);
  if (dout == nullptr) return;
  dout_ = from_row(*dout, tile.first_query);
  if (dout_rows_ != nullptr) dout_ = compact(dout_, tile.queries, d, dout_rows_);
  pack_queries(tile, d, dout_, packed_dout_);
}

void Fp32Products::scores(const ScoreTile& tile, Scalar* to) const {
  const Operand key = from_row(head_.key, tile.first_key);
  const Index d = head_.head_dim;
  multiply_panels(tile.keys, tile.width, d, {key.data, key.ld, 1}, {packed_queries_, d}, to, tile.width,
                  false);
}

void Fp32Products::dweights(const ScoreTile& tile, Scalar* to) const {
  const Operand value = from_row(head_.value, tile.first_key);
  const Index d = head_.head_dim;
  multiply_panels(tile.keys, tile.width, d, {value.data, value.ld, 1}, {packed_dout_, d}, to, tile.width,
                  false);
}

void Fp32Products::gather(const ScoreTile& tile, Operand rows, const Scalar* weights, Scalar* result) const {
  const Operand block = from_row(rows, tile.first_key);  // [keys, D]
  multiply_rows(head_.head_dim, tile.width, tile.keys, {block.data, 1, block.ld}, {weights, tile.width},
                result, tile.width, tile.later);
}

void Fp32Products::spread(const ScoreTile& tile, Operand rows, const Scalar* weights, Result result,
                          bool accumulate) const {
  multiply_rows(tile.keys, head_.head_dim, tile.queries, {weights, tile.width, 1}, rows,
                result.data + tile.first_key * result.ld, result.ld, accumulate);
}

Bf16Products::Bf16Products(const AttentionHead& head, bool backward, Pieces& pieces)
    : head_(head), query_copy_(pieces.take(most_queries * head.head_dim)) {
  const Index s = head.keys, d = head.head_dim;
  const Index of_keys = round_up(s, 2) * d / 2, of_queries = most_queries * d / 2;
  weights_ = pieces.pairs(most_queries * round_up(std::min(most_keys, s), 2) / 2);
  queries_.rows = pieces.pairs(of_queries);
  keys_.rows = pieces.pairs(of_keys);
  if (backward) {
    queries_.down = pieces.pairs(of_queries);
    dout_ = {pieces.pairs(of_queries), pieces.pairs(of_queries)};
    keys_.down = pieces.pairs(of_keys);
    values_.rows = pieces.pairs(of_keys);
  } else {
    values_.down = pieces.pairs(of_keys);
  }
  convert_keys(head.key, keys_);
  convert_keys(head.value, values_);
}

void Bf16Products::convert_keys(Operand rows, const Forms& to) const {
  const Index s = head_.keys, d = head_.head_dim;
  if (to.rows != nullptr) to_bf16_rows(s, d, rows, to.rows);
  if (to.down != nullptr)
    to_bf16_panels(s, d, rows, to.down);  // D <= 64: one panel, so any pair may be first
}

void Bf16Products::convert_queries(const ScoreTile& tile, Operand rows, const Forms& to) {
  const Index d = head_.head_dim;
  Operand block = from_row(rows, tile.first_query);
  if (tile.queries < tile.width) {  // zeros beyond the last query
    block = compact(block, tile.queries, d, query_copy_);
    std::fill(query_copy_ + tile.queries * d, query_copy_ + tile.width * d, Scalar(0));
  }
  to_bf16_panel_transposed(tile.width, d, block, 0, to.rows);
  if (to.down != nullptr) to_bf16_panels(tile.width, d, block, to.down);
}

void Bf16Products::begin_queries(const ScoreTile& tile, const Operand* dout) {
  convert_queries(tile, head_.query, queries_);
  if (dout != nullptr) convert_queries(tile, *dout, dout_);
}

void Bf16Products::scores(const ScoreTile& tile, Scalar* to) const {
  const Index d = head_.head_dim;
  multiply_bf16(tile.keys, tile.width, d, keys_.rows + tile.first_key * d / 2, queries_.rows, to, tile.width,
                false);
}

void Bf16Products::dweights(const ScoreTile& tile, Scalar* to) const {
  const Index d = head_.head_dim;
  multiply_bf16(tile.keys, tile.width, d, values_.rows + tile.first_key * d / 2, dout_.rows, to, tile.width,
                false);
}

void Bf16Products::gather(const ScoreTile& tile, const Forms& rows, const Scalar* weights, Scalar* result) {
  const Index d = head_.head_dim;
  to_bf16_panels(tile.keys, tile.width, {weights, tile.width}, weights_);
  multiply_bf16_transposed(d, tile.width, tile.keys, rows.down + tile.first_key / 2 * d, weights_, result,
                           tile.width, tile.later);
}

void Bf16Products::spread(const ScoreTile& tile, const Forms& rows, const Scalar* weights, Result result,
                          bool accumulate) {
  to_bf16_rows(tile.keys, tile.width, {weights, tile.width}, weights_);
  multiply_bf16(tile.keys, head_.head_dim, tile.width, weights_, rows.down,
                result.data + tile.first_key * result.ld, result.ld, accumulate);
}

}  // namespace orochi::kernels
