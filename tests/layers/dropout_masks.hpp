// What a Classifier drops out in training, read off its rows: weights are chosen so that each mask shows.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <orochi/classifier.hpp>

namespace orochi {

/// Which elements of one stream of one sequence were kept; rows and columns as they are counted.
struct Mask {
  Mask(std::string what, std::uint32_t number, std::size_t b, Index m, Index n)
      : name(std::move(what)),
        stream(number),
        sequence(b),
        rows(m),
        cols(n),
        kept(static_cast<std::size_t>(m * n)) {}
  char operator()(Index i, Index j) const { return kept[static_cast<std::size_t>(i * cols + j)]; }
  void set(Index i, Index j, bool keep) { kept[static_cast<std::size_t>(i * cols + j)] = keep; }

  std::string name;
  std::uint32_t stream;
  std::size_t sequence;
  Index rows, cols;
  std::vector<char> kept;  // [rows, cols]: 0 or 1
};

/// The chance to be kept, p in steps of 1 / 65536; and whether it is, as docs/training.md counts it.
double share_kept(double p);
bool documented_keep(RandomKey key, std::uint32_t sample, std::uint32_t stream, Index row, Index col,
                     double p);

/// A training pass of a model with two encoder layers.
struct DropoutPass {
  RandomKey key{4000000001, 3};
  std::vector<Index> lengths{150, 1, 37};
  std::vector<std::uint32_t> samples{7, 0, 4000000000};
  double p = 0.3;
  Index hidden = 12;  // columns inside of the feed-forward
  Index window = 0;
  bool causal = false, norm_first = true, class_token = false, own_activation = false;

  static constexpr Index heads = 3, columns = 288;
  static std::uint32_t first_stream(std::size_t layer) {
    return static_cast<std::uint32_t>(1 + static_cast<Index>(layer) * (heads + 3));
  }

  /// Masks of the embedding and, in both layers, of feed-forward and residual branches; all but attention's.
  std::vector<Mask> rows() const;
  /// Both layers' filters after dropout, all scores being 0: [N, heads x longest], head h has key j in column
  /// h longest + j.
  std::vector<RowMatrix> filters() const;
  /// Masks of attention in both layers, key j and query i in row j, column i. Without a window.
  std::vector<Mask> attention() const;
  Index longest() const { return *std::max_element(lengths.begin(), lengths.end()); }

 private:
  using Fill = std::function<void(const ParameterView&, Scalar*)>;
  std::vector<RowMatrix> seen(Config config, const Fill& fill) const;
  void read_row(const RowMatrix& branches, Index row, Index at, Mask* of) const;
};

}  // namespace orochi
