// Scores stand as tiles [keys, queries]: a query is a column, so that the sums and maxima of softmax run down
// columns, sixteen queries abreast, and the tile is the right-hand side of the products that follow.
#include "core/kernels/attention.hpp"

#include <limits>

#include "core/kernels/lanes.hpp"
#include "core/kernels/panels.hpp"
#include "core/kernels/vector_math.hpp"

namespace orochi::kernels {
namespace {

constexpr Index most_queries = 64, most_keys = 128;  // of a tile: 32 KB
constexpr Index keep_rows = 16;                      // keys whose dropout factors are made at a time
constexpr Scalar log2_e = Scalar(1.4426950408889634074);
constexpr Scalar least = -std::numeric_limits<Scalar>::infinity();

/// One tile of scores, and whose they are.
struct Tile {
  Index first_query, queries;  // columns in use
  Index width;                 // columns, whole blocks
  Index first_key, keys;       // rows
};

Tile queries_from(const AttentionHead& head, Index first) {
  const Index queries = std::min(most_queries, head.length - first);
  return {first, queries, round_up(queries, lane_count), 0, 0};
}

/// Keys that any of the tile's queries sees.
Index keys_seen(const AttentionHead& head, const Tile& tile) {
  return head.causal ? tile.first_query + tile.queries : head.length;
}

/// Calls f(tile) for the blocks of keys of these queries.
template <class F>
void for_key_blocks(const AttentionHead& head, Tile tile, F f) {
  const Index seen = keys_seen(head, tile);
  for (tile.first_key = 0; tile.first_key < seen; tile.first_key += most_keys) {
    tile.keys = std::min(most_keys, seen - tile.first_key);
    f(tile);
  }
}

Operand from_row(Operand x, Index row) { return {x.data + row * x.ld, x.ld}; }

/// Working memory, piece by piece.
struct Pieces {
  Scalar* next;
  Scalar* take(Index n) {
    Scalar* piece = next;
    next += round_up(n, 16);
    return piece;
  }
};

/// Rows are short: no call for each.
void copy_row(Index n, const Scalar* from, Scalar* to) {
  for_blocks(n, [=](Index j, Index count) { store(count, load(count, from + j), to + j); });
}

/// A head's rows lie far apart, often by a power of two that the cache's sets do not like: where there are
/// many, products work on copies.
bool worth_copying(Index length) { return length > most_queries; }

Operand compact(Operand rows, Index count, Index d, Scalar* to) {
  for (Index i = 0; i < count; ++i) copy_row(d, rows.data + i * rows.ld, to + i * d);
  return {to, d};
}

void spread_out(const Scalar* rows, Index count, Index d, Scalar* to, Index ld) {
  for (Index i = 0; i < count; ++i) copy_row(d, rows + i * d, to + i * ld);
}

/// Rows of Q or of dO, transposed: [D, width] in panels.
void pack_queries(const Tile& tile, Index d, Operand block, Scalar* packed) {
  if (tile.queries == tile.width) return pack_panels(tile.width, d, block, true, packed);
  for (Index first = 0; first < tile.width; first += panel_width) {
    const Index width = std::min(panel_width, tile.width - first),
                used = std::min(width, tile.queries - first);
    Scalar* panel = packed + first * d;  // [D, width]
    if (used < width) std::fill_n(panel, d * width, Scalar(0));
    if (used > 0) transpose(used, d, from_row(block, first), panel, width);
  }
}

/// scores [keys, width] = K Q^T; where a key is hidden from a query: minus infinity.
void score_tile(const AttentionHead& head, const Tile& tile, const Scalar* queries, Scalar* scores) {
  const Operand key = from_row(head.key, tile.first_key);
  multiply_panels(tile.keys, tile.width, head.head_dim, {key.data, key.ld, 1}, {queries, head.head_dim},
                  scores, tile.width, false);
  if (!head.causal) return;
  for (Index k = 0; k < tile.keys; ++k) {
    const Index hidden = std::min(tile.first_key + k - tile.first_query, tile.queries);
    if (hidden > 0) std::fill_n(scores + k * tile.width, hidden, least);
  }
}

/// Calls row(k, keep) for each key of the tile; keep [width]: its dropout factors, or null.
template <class Row>
[[gnu::always_inline]] inline void for_keys(const AttentionHead& head, const Tile& tile, Row row) {
  if (head.dropout == 0) {
    for (Index k = 0; k < tile.keys; ++k) row(k, static_cast<const Scalar*>(nullptr));
    return;
  }
  alignas(64) Scalar keep[keep_rows * most_queries];
  RandomRow at[keep_rows];
  for (Index first = 0; first < tile.keys; first += keep_rows) {
    const Index rows = std::min(keep_rows, tile.keys - first);
    for (Index i = 0; i < rows; ++i) {
      at[i] = head.at;
      at[i].row = static_cast<std::uint32_t>(tile.first_key + first + i);
    }
    dropout_factors(rows, tile.width, head.dropout, at, keep, tile.width, tile.first_query);
    for (Index i = 0; i < rows; ++i) row(first + i, static_cast<const Scalar*>(keep + i * tile.width));
  }
}

/// One number a query.
struct Columns {
  alignas(64) Scalar of[most_queries];
};

/// The largest score of each query, those of earlier tiles included.
void raise_maxima(const Tile& tile, const Scalar* scores, Columns& maximum) {
  for (Index j = 0; j < tile.width; j += lane_count) {
    Block largest = load(lane_count, maximum.of + j);
    for (Index k = 0; k < tile.keys; ++k) {
      const Scalar* row = scores + k * tile.width + j;
      for (Index i = 0; i < lane_count; ++i)
        largest.lane[i] = row[i] > largest.lane[i] ? row[i] : largest.lane[i];
    }
    store(lane_count, largest, maximum.of + j);
  }
}

/// scores -> exp(scale (score - maximum)) keep; adds the exponentials to `sum`.
void exponentials(const AttentionHead& head, const Tile& tile, const Columns& maximum, Scalar* scores,
                  Columns& sum) {
  const Scalar scale = head.scale * log2_e;
  for_keys(head, tile, [&](Index k, const Scalar* keep) {
    for (Index j = 0; j < tile.width; j += lane_count) {
      Scalar* row = scores + k * tile.width + j;
      Block e;
      for (Index i = 0; i < lane_count; ++i) e.lane[i] = vexp2(scale * (row[i] - maximum.of[j + i]));
      for (Index i = 0; i < lane_count; ++i) sum.of[j + i] += e.lane[i];
      if (keep != nullptr)
        for (Index i = 0; i < lane_count; ++i) e.lane[i] *= keep[j + i];
      store(lane_count, e, row);
    }
  });
}

/// scores -> filter keep; dfilter -> dscores; mean: out . dout of each query.
void filter_backward(const AttentionHead& head, const Tile& tile, const Columns& maximum,
                     const Columns& inverse_sum, const Columns& mean, Scalar* scores, Scalar* dfilter) {
  const Scalar scale = head.scale, exponent = scale * log2_e;
  for_keys(head, tile, [&](Index k, const Scalar* keep) {
    for (Index j = 0; j < tile.width; j += lane_count) {
      Scalar *row = scores + k * tile.width + j, *drow = dfilter + k * tile.width + j;
      Block filter, d = load(lane_count, drow);
      for (Index i = 0; i < lane_count; ++i)
        filter.lane[i] = vexp2(exponent * (row[i] - maximum.of[j + i])) * inverse_sum.of[j + i];
      if (keep != nullptr)
        for (Index i = 0; i < lane_count; ++i) d.lane[i] *= keep[j + i];
      for (Index i = 0; i < lane_count; ++i)
        d.lane[i] = scale * filter.lane[i] * (d.lane[i] - mean.of[j + i]);
      if (keep != nullptr)
        for (Index i = 0; i < lane_count; ++i) filter.lane[i] *= keep[j + i];
      store(lane_count, filter, row);
      store(lane_count, d, drow);
    }
  });
}

/// result [D, width] (queries are columns) (+)= rows^T tile: what V or K gives under the tile's weights.
void gather_rows(const AttentionHead& head, const Tile& tile, Operand rows, const Scalar* weights,
                 Scalar* result) {
  const Operand block = from_row(rows, tile.first_key);  // [keys, D]
  multiply_rows(head.head_dim, tile.width, tile.keys, {block.data, 1, block.ld}, {weights, tile.width},
                result, tile.width, tile.first_key > 0);
}

/// Rows that results are written to.
struct Result {
  Scalar* data;
  Index ld;
};

/// result [T, D] (+)= tile rows: the queries' rows [queries, D] spread over the keys.
void spread_rows(const AttentionHead& head, const Tile& tile, Operand rows, const Scalar* weights,
                 Result result, bool accumulate) {
  multiply_rows(tile.keys, head.head_dim, tile.queries, {weights, tile.width, 1}, rows,
                result.data + tile.first_key * result.ld, result.ld, accumulate);
}

/// For a later block of keys with larger scores: what was summed under the old maxima, under the new ones.
void rescale(const AttentionHead& head, const Tile& tile, const Columns& before, const Columns& now,
             Columns& sum, Scalar* result) {
  Columns factor;
  for (Index j = 0; j < tile.width; ++j)
    factor.of[j] = vexp2(head.scale * log2_e * (before.of[j] - now.of[j]));
  multiply(tile.width, sum.of, factor.of, sum.of);
  for (Index i = 0; i < head.head_dim; ++i)
    multiply(tile.width, result + i * tile.width, factor.of, result + i * tile.width);
}

}  // namespace

Index attention_scratch(Index length, Index head_dim) {
  const Index tile = most_queries * std::min(most_keys, length);
  return 2 * round_up(tile, 16) + 5 * round_up(most_queries * head_dim, 16) +
         4 * round_up(length * head_dim, 16);
}

void attention_forward(const AttentionHead& given, Scalar* out, Index ld, FilterSums sums, Scalar* scratch) {
  const Index t = given.length, d = given.head_dim;
  Pieces pieces{scratch};
  AttentionHead head = given;
  if (worth_copying(t)) {
    head.key = compact(given.key, t, d, pieces.take(t * d));
    head.value = compact(given.value, t, d, pieces.take(t * d));
  }
  Scalar* queries = pieces.take(most_queries * d);                      // [D, width]
  Scalar* result = pieces.take(most_queries * d);                       // [D, width]
  Scalar* scores = pieces.take(most_queries * std::min(most_keys, t));  // [keys, width]
  for (Index first = 0; first < t; first += most_queries) {
    const Tile all = queries_from(head, first);
    pack_queries(all, d, from_row(head.query, first), queries);
    Columns maximum, sum{};
    std::fill_n(maximum.of, all.width, least);
    for_key_blocks(head, all, [&](const Tile& tile) {
      score_tile(head, tile, queries, scores);
      const Columns before = maximum;
      raise_maxima(tile, scores, maximum);
      if (tile.first_key > 0) rescale(head, tile, before, maximum, sum, result);
      exponentials(head, tile, maximum, scores, sum);
      gather_rows(head, tile, head.value, scores, result);
    });
    for (Index j = 0; j < all.width; ++j) sum.of[j] = Scalar(1) / sum.of[j];
    for (Index i = 0; i < d; ++i) multiply(all.width, result + i * all.width, sum.of, result + i * all.width);
    transpose(d, all.queries, {result, all.width}, out + first * ld, ld);
    std::copy_n(maximum.of, all.queries, sums.maximum + first);
    std::copy_n(sum.of, all.queries, sums.inverse_sum + first);
  }
}

void attention_backward(const AttentionHead& given, Operand out, Operand dout, FilterSums sums,
                        Scalar* dquery, Scalar* dkey, Scalar* dvalue, Index ld, Scalar* scratch) {
  const Index t = given.length, d = given.head_dim, tile_size = most_queries * std::min(most_keys, t);
  Pieces pieces{scratch};
  AttentionHead head = given;
  if (worth_copying(t)) {
    head.key = compact(given.key, t, d, pieces.take(t * d));
    head.value = compact(given.value, t, d, pieces.take(t * d));
  }
  const bool copies = worth_copying(t);
  const Result dkeys = copies ? Result{pieces.take(t * d), d} : Result{dkey, ld};
  const Result dvalues = copies ? Result{pieces.take(t * d), d} : Result{dvalue, ld};
  Scalar *query_rows = pieces.take(most_queries * d),
         *dout_rows = pieces.take(most_queries * d);  // [queries, D]
  Scalar *queries = pieces.take(most_queries * d), *dresult = pieces.take(most_queries * d),
         *dqueries = pieces.take(most_queries * d);  // [D, width] each
  Scalar *scores = pieces.take(tile_size), *dscores = pieces.take(tile_size);
  const Index last = (t - 1) / most_queries * most_queries;
  for (Index first = last; first >= 0;
       first -= most_queries) {  // the last queries see every key: they assign
    const Tile all = queries_from(head, first);
    Operand query = from_row(head.query, first), dout_block = from_row(dout, first);
    if (copies) {
      query = compact(query, all.queries, d, query_rows);
      dout_block = compact(dout_block, all.queries, d, dout_rows);
    }
    pack_queries(all, d, query, queries);
    pack_queries(all, d, dout_block, dresult);
    Columns maximum{}, inverse_sum{}, mean{};
    std::copy_n(sums.maximum + first, all.queries, maximum.of);
    std::copy_n(sums.inverse_sum + first, all.queries, inverse_sum.of);
    for (Index i = 0; i < all.queries; ++i)
      mean.of[i] = sum_of(
          d, [](Scalar a, Scalar b) { return a * b; }, from_row(out, first + i).data,
          from_row(dout_block, i).data);
    for_key_blocks(head, all, [&](const Tile& tile) {
      score_tile(head, tile, queries, scores);
      const Operand value = from_row(head.value, tile.first_key);
      multiply_panels(tile.keys, tile.width, d, {value.data, value.ld, 1}, {dresult, d}, dscores, tile.width,
                      false);
      filter_backward(head, tile, maximum, inverse_sum, mean, scores, dscores);
      spread_rows(head, tile, dout_block, scores, dvalues, first < last);
      spread_rows(head, tile, query, dscores, dkeys, first < last);
      gather_rows(head, tile, head.key, dscores, dqueries);
    });
    transpose(d, all.queries, {dqueries, all.width}, dquery + first * ld, ld);
  }
  if (!copies) return;
  spread_out(dkeys.data, t, d, dkey, ld);
  spread_out(dvalues.data, t, d, dvalue, ld);
}

}  // namespace orochi::kernels
