// Scores are tiles [keys, queries]: a query is a column, so that the sums and maxima of softmax run down
// columns, sixteen queries abreast, and the tile is the right-hand side of the products that follow.
#include "core/kernels/attention.hpp"

#include <limits>

#include "core/kernels/attention_products.hpp"
#include "core/kernels/attention_tiles.hpp"
#include "core/kernels/lanes.hpp"
#include "core/kernels/vector_math.hpp"

namespace orochi::kernels {
namespace {

constexpr Index keep_rows = 16;  // keys whose dropout factors are made at a time
constexpr Scalar log2_e = Scalar(1.4426950408889634074);
constexpr Scalar least = std::numeric_limits<Scalar>::lowest();  // finite: infinity minus itself is no number

/// Calls row(k, keep) for each key of the tile; keep [width]: its dropout factors, or null.
template <class Row>
[[gnu::always_inline]] inline void for_keys(const AttentionHead& head, const ScoreTile& tile, Row row) {
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

/// The largest score of each query, those of earlier tiles included.
void raise_maxima(const ScoreTile& tile, const Scalar* scores, Columns& maximum) {
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
void exponentials(const AttentionHead& head, const ScoreTile& tile, const Columns& maximum, Scalar* scores,
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

/// scores -> weights keep; dweights -> dscores; mean: out . dout of each query.
void weights_backward(const AttentionHead& head, const ScoreTile& tile, const Columns& maximum,
                      const Columns& inverse_sum, const Columns& mean, Scalar* scores, Scalar* dweights) {
  const Scalar scale = head.scale, exponent = scale * log2_e;
  for_keys(head, tile, [&](Index k, const Scalar* keep) {
    for (Index j = 0; j < tile.width; j += lane_count) {
      Scalar *row = scores + k * tile.width + j, *drow = dweights + k * tile.width + j;
      Block weights, d = load(lane_count, drow);
      for (Index i = 0; i < lane_count; ++i)
        weights.lane[i] = vexp2(exponent * (row[i] - maximum.of[j + i])) * inverse_sum.of[j + i];
      if (keep != nullptr)
        for (Index i = 0; i < lane_count; ++i) d.lane[i] *= keep[j + i];
      for (Index i = 0; i < lane_count; ++i)
        d.lane[i] = scale * weights.lane[i] * (d.lane[i] - mean.of[j + i]);
      if (keep != nullptr)
        for (Index i = 0; i < lane_count; ++i) weights.lane[i] *= keep[j + i];
      store(lane_count, weights, row);
      store(lane_count, d, drow);
    }
  });
}

/// For a later block of keys with larger scores: what was summed under the old maxima, under the new ones.
void rescale(const AttentionHead& head, const ScoreTile& tile, const Columns& before, const Columns& now,
             Columns& sum, Scalar* result) {
  Columns factor;
  for (Index j = 0; j < tile.width; ++j)
    factor.of[j] = vexp2(head.scale * log2_e * (before.of[j] - now.of[j]));
  multiply(tile.width, sum.of, factor.of, sum.of);
  for (Index i = 0; i < head.head_dim; ++i)
    multiply(tile.width, result + i * tile.width, factor.of, result + i * tile.width);
}

template <class Products>
void forward(const AttentionHead& head, Scalar* out, Index ld, FilterSums sums, Scalar* scratch) {
  const Index t = head.length, d = head.head_dim;
  Pieces pieces{scratch};
  Scalar* result = pieces.take(most_queries * d);                               // [D, width]
  Scalar* scores = pieces.take(most_queries * std::min(most_keys, head.keys));  // [keys, width]
  Products products(head, false, pieces);
  for (Index first = 0; first < t; first += most_queries) {
    const ScoreTile all = queries_from(head, first);
    products.begin_queries(all, nullptr);
    Columns maximum, sum{};
    std::fill_n(maximum.of, all.width, least);
    for_key_blocks(head, all, [&](const ScoreTile& tile) {
      products.scores(tile, scores);
      mask_scores(head, tile, scores);
      const Columns before = maximum;
      raise_maxima(tile, scores, maximum);
      if (tile.later) rescale(head, tile, before, maximum, sum, result);
      exponentials(head, tile, maximum, scores, sum);
      products.gather_values(tile, scores, result);
    });
    for (Index j = 0; j < all.width; ++j) sum.of[j] = Scalar(1) / sum.of[j];
    for (Index i = 0; i < d; ++i) multiply(all.width, result + i * all.width, sum.of, result + i * all.width);
    transpose(d, all.queries, {result, all.width}, out + first * ld, ld);
    std::copy_n(maximum.of, all.queries, sums.maximum + first);
    std::copy_n(sum.of, all.queries, sums.inverse_sum + first);
  }
}

/// What softmax's gradient subtracts: out . dout of each query.
Columns products_of_rows(const ScoreTile& tile, Index d, Operand out, Operand dout) {
  Columns mean{};
  for (Index i = 0; i < tile.queries; ++i)
    mean.of[i] = sum_of(
        d, [](Scalar a, Scalar b) { return a * b; }, out.data + (tile.first_query + i) * out.ld,
        dout.data + (tile.first_query + i) * dout.ld);
  return mean;
}

void clear(Index rows, Index d, Result a, Result b) {
  for (Index i = 0; i < rows; ++i) {
    std::fill_n(a.data + i * a.ld, d, Scalar(0));
    std::fill_n(b.data + i * b.ld, d, Scalar(0));
  }
}

template <class Products>
void map(const AttentionHead& head, FilterSums sums, Index first_query, Index count, Scalar* scores,
         Scalar* weights, Scalar* scratch) {
  const Index s = head.keys, end = first_query + count;
  const Scalar exponent = head.scale * log2_e;
  Pieces pieces{scratch};
  Scalar* block = pieces.take(most_queries * std::min(most_keys, s));  // [keys, width]
  Products products(head, false, pieces);
  std::fill_n(scores, count * s, hidden);
  std::fill_n(weights, count * s, Scalar(0));
  for (Index first = first_query; first < end; first += most_queries) {
    const ScoreTile all = queries_from(head, first);
    products.begin_queries(all, nullptr);
    for_key_blocks(head, all, [&](const ScoreTile& tile) {
      products.scores(tile, block);
      mask_scores(head, tile, block);
      for (Index q = 0; q < std::min(tile.queries, end - first); ++q) {
        const Index row = first + q, at = (row - first_query) * s + tile.first_key;
        for (Index k = 0; k < tile.keys; ++k) {
          const Scalar score = block[k * tile.width + q];
          scores[at + k] = head.scale * score;
          weights[at + k] = vexp2(exponent * (score - sums.maximum[row])) * sums.inverse_sum[row];
        }
      }
    });
  }
}

template <class Products>
void backward(const AttentionHead& head, Operand out, Operand dout, FilterSums sums, Result dquery,
              Result dkey, Result dvalue, Scalar* scratch) {
  const Index s = head.keys, d = head.head_dim, tile_size = most_queries * std::min(most_keys, s);
  Pieces pieces{scratch};
  Scalar* dqueries = pieces.take(most_queries * d);                            // [D, width]
  Scalar *scores = pieces.take(tile_size), *dscores = pieces.take(tile_size);  // [keys, width]
  const bool copies = worth_copying(s);
  const Result dkeys = copies ? Result{pieces.take(s * d), d} : dkey;
  const Result dvalues = copies ? Result{pieces.take(s * d), d} : dvalue;
  Products products(head, true, pieces);
  const Index last = (head.length - 1) / most_queries * most_queries;
  bool add = head.window > 0;  // else the last queries, which see every key, assign
  if (add) clear(s, d, dkeys, dvalues);
  for (Index first = last; first >= 0; first -= most_queries, add = true) {
    const ScoreTile all = queries_from(head, first);
    products.begin_queries(all, &dout);
    Columns maximum{}, inverse_sum{};
    std::copy_n(sums.maximum + first, all.queries, maximum.of);
    std::copy_n(sums.inverse_sum + first, all.queries, inverse_sum.of);
    const Columns mean = products_of_rows(all, d, out, dout);
    for_key_blocks(head, all, [&](const ScoreTile& tile) {
      products.scores(tile, scores);
      mask_scores(head, tile, scores);
      products.dweights(tile, dscores);
      weights_backward(head, tile, maximum, inverse_sum, mean, scores, dscores);
      products.spread_dout(tile, scores, dvalues, add);
      products.spread_queries(tile, dscores, dkeys, add);
      products.gather_keys(tile, dscores, dqueries);
    });
    transpose(d, all.queries, {dqueries, all.width}, dquery.data + first * dquery.ld, dquery.ld);
  }
  if (!copies) return;
  spread_out(dkeys.data, s, d, dkey.data, dkey.ld);
  spread_out(dvalues.data, s, d, dvalue.data, dvalue.ld);
}

}  // namespace

Index attention_scratch(Index keys, Index head_dim) {
  return 3 * most_queries * std::min(most_keys, round_up(keys, 2)) + 6 * most_queries * head_dim +
         4 * round_up(keys, 2) * head_dim + 256;
}

void attention_forward(const AttentionHead& head, Scalar* out, Index ld, FilterSums sums, Scalar* scratch) {
  if (head.bf16)
    forward<Bf16Products>(head, out, ld, sums, scratch);
  else
    forward<Fp32Products>(head, out, ld, sums, scratch);
}

void attention_map(const AttentionHead& head, FilterSums sums, Index first, Index count, Scalar* scores,
                   Scalar* weights, Scalar* scratch) {
  if (head.bf16)
    map<Bf16Products>(head, sums, first, count, scores, weights, scratch);
  else
    map<Fp32Products>(head, sums, first, count, scores, weights, scratch);
}

void attention_backward(const AttentionHead& head, Operand out, Operand dout, FilterSums sums, Result dquery,
                        Result dkey, Result dvalue, Scalar* scratch) {
  if (head.bf16)
    backward<Bf16Products>(head, out, dout, sums, dquery, dkey, dvalue, scratch);
  else
    backward<Fp32Products>(head, out, dout, sums, dquery, dkey, dvalue, scratch);
}

}  // namespace orochi::kernels
