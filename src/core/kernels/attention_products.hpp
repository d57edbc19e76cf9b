// What the tiles of one attention head are multiplied with, in float and in bf16.
#pragma once

#include "core/kernels/attention.hpp"
#include "core/kernels/bf16.hpp"

namespace orochi::kernels {

constexpr Index most_queries = 64, most_keys = 128;  // of a tile: 32 KB

/// One tile of scores [keys, width], and whose they are: a query is a column.
struct ScoreTile {
  Index first_query, queries;  // columns in use
  Index width;                 // columns, whole blocks
  Index first_key, keys;       // rows; the first is even: bf16 takes keys in pairs
  bool later;                  // these queries met keys before: sums go on
};

/// Working memory, piece by piece.
struct Pieces {
  Scalar* next;
  Scalar* take(Index n);
  Pair* pairs(Index n) { return reinterpret_cast<Pair*>(take(n)); }
};

/// A head's rows lie far apart, often by a power of two that the cache's sets do not like: where there are
/// many, products work on copies.
bool worth_copying(Index length);
void spread_out(const Scalar* rows, Index count, Index d, Scalar* to, Index ld);

/// In float.
class Fp32Products {
 public:
  Fp32Products(const AttentionHead& head, bool backward, Pieces& pieces);
  /// Makes these queries ready, and the gradients of their results where `dout` is not null.
  void begin_queries(const ScoreTile& tile, const Operand* dout);
  void scores(const ScoreTile& tile, Scalar* to) const;    // [keys, width] = K Q^T
  void dweights(const ScoreTile& tile, Scalar* to) const;  // [keys, width] = V dO^T
  /// result [D, width] (+)= V^T weights or K^T weights; the queries' first block of keys assigns.
  void gather_values(const ScoreTile& tile, const Scalar* weights, Scalar* result) {
    gather(tile, head_.value, weights, result);
  }
  void gather_keys(const ScoreTile& tile, const Scalar* weights, Scalar* result) {
    gather(tile, head_.key, weights, result);
  }
  /// result [S, D] (+)= weights dO or weights Q: rows of the queries spread over the keys.
  void spread_dout(const ScoreTile& tile, const Scalar* weights, Result result, bool accumulate) {
    spread(tile, dout_, weights, result, accumulate);
  }
  void spread_queries(const ScoreTile& tile, const Scalar* weights, Result result, bool accumulate) {
    spread(tile, query_, weights, result, accumulate);
  }

 private:
  void gather(const ScoreTile& tile, Operand rows, const Scalar* weights, Scalar* result) const;
  void spread(const ScoreTile& tile, Operand rows, const Scalar* weights, Result result,
              bool accumulate) const;

  AttentionHead head_;                               // its keys and values copied together, where that pays
  Operand query_, dout_;                             // [queries, D]
  Scalar *packed_queries_, *packed_dout_ = nullptr;  // [D, width] in panels
  Scalar *query_rows_ = nullptr, *dout_rows_ = nullptr;  // [queries, D]: copies
};

/// In bf16; head_dim is a multiple of 16, at most 64.
class Bf16Products {
 public:
  Bf16Products(const AttentionHead& head, bool backward, Pieces& pieces);
  void begin_queries(const ScoreTile& tile, const Operand* dout);
  void scores(const ScoreTile& tile, Scalar* to) const;
  void dweights(const ScoreTile& tile, Scalar* to) const;
  void gather_values(const ScoreTile& tile, const Scalar* weights, Scalar* result) {
    gather(tile, values_, weights, result);
  }
  void gather_keys(const ScoreTile& tile, const Scalar* weights, Scalar* result) {
    gather(tile, keys_, weights, result);
  }
  void spread_dout(const ScoreTile& tile, const Scalar* weights, Result result, bool accumulate) {
    spread(tile, dout_, weights, result, accumulate);
  }
  void spread_queries(const ScoreTile& tile, const Scalar* weights, Result result, bool accumulate) {
    spread(tile, queries_, weights, result, accumulate);
  }

 private:
  /// What K or V, Q or dO is needed as.
  struct Forms {
    Pair* rows = nullptr;  // [S, D / 2], or of queries [D / 2, width]: across D
    Pair* down = nullptr;  // [S / 2, D], or of queries [width / 2, D]: down the rows
  };
  void convert_keys(Operand rows, const Forms& to) const;
  void convert_queries(const ScoreTile& tile, Operand rows, const Forms& to);
  void gather(const ScoreTile& tile, const Forms& rows, const Scalar* weights, Scalar* result);
  void spread(const ScoreTile& tile, const Forms& rows, const Scalar* weights, Result result,
              bool accumulate);

  AttentionHead head_;
  Forms keys_, values_, queries_, dout_;
  Scalar* query_copy_;  // [width, D]
  Pair* weights_;       // a tile
};

}  // namespace orochi::kernels
