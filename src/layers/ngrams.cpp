#include "layers/ngrams.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <orochi/profile.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"

namespace orochi {
namespace {

/// The hash of a run that begins one token earlier (the finalizer of SplitMix64, Steele et al. 2014).
std::uint64_t mix(std::uint64_t hash, std::int32_t token) {
  hash = (hash + static_cast<std::uint64_t>(token) + 1) * 0x9e3779b97f4a7c15u;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

/// For each row the first one that a run which ends there may begin at: [N]; one behind it where it is
/// hidden.
void first_rows(const Batch& batch, Index* first) {
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const Index begin = batch.first_row(b);
    for (Index t = 0; t < batch.length(b); ++t) {
      const Index row = begin + t;
      const bool same_text = t > 0 && (batch.segments.empty() ||
                                       batch.segments[as_size(row)] == batch.segments[as_size(row - 1)]);
      first[row] = same_text ? first[row - 1] : row;
      if (std::ranges::binary_search(batch.hidden, batch.offsets[0] + row)) first[row] = row + 1;
    }
  }
}

/// The runs of `shortest` to `longest` tokens that end at each row: [longest - shortest + 1, N]; -1 where
/// there is none.
const std::int32_t* hashed_runs(Tape& tape, const Batch& batch, Index shortest, Index longest,
                                Index buckets) {
  const Index n = batch.num_rows();
  Index* first = tape.allocate_as<Index>(n);  // [N]
  first_rows(batch, first);
  auto* ids = tape.allocate_as<std::int32_t>((longest - shortest + 1) * n);
  for (Index row = 0; row < n; ++row) {
    std::uint64_t hash = 0;
    for (Index length = 1; length <= longest; ++length) {
      const Index begin = row - length + 1;
      if (begin >= 0) hash = mix(hash, batch.tokens[as_size(begin)]);
      if (length >= shortest)
        ids[(length - shortest) * n + row] =
            begin < first[row] ? -1 : static_cast<std::int32_t>(hash % static_cast<std::uint64_t>(buckets));
    }
  }
  return ids;
}

}  // namespace

NgramEmbedding::NgramEmbedding(Builder& builder, Index longest, Index buckets, Index width)
    : longest_(longest), table_(builder.embedding("ngrams", buckets, width, Init::zeros(), Use::lookup)) {}

Var NgramEmbedding::add_to(Var x, const Batch& batch) const {
  Tape& tape = x.tape();
  const Index n = x.rows(), c = x.cols(), count = (longest_ - 1) * n;
  const double bytes = 2.0 * static_cast<double>(count * c) * sizeof(Scalar);
  const Measure measure(tape.observer(), "n-grams", Pass::forward, 0, bytes);
  const std::int32_t* ids = hashed_runs(tape, batch, 2, longest_, table_.rows);
  const Scalar* table = tape.value(table_).data();  // [buckets, C]
  Var y = tape.result(n, c);                        // [N, C]
  std::copy_n(x.data(), n * c, y.data());
  for (Index i = 0; i < count; ++i)
    if (ids[i] >= 0) kernels::add(c, y.data() + i % n * c, table + ids[i] * c, y.data() + i % n * c);
  y.pullback([=, table_ = table_] {
    const Measure back(y.tape().observer(), "n-grams", Pass::backward, 0, bytes);
    for (Index i = 0; i < count;) {  // neighbors that have a run go together
      Index end = i;
      while (end < count && end / n == i / n && ids[end] >= 0) ++end;
      if (end > i) y.tape().add_grad_rows(table_, {ids + i, as_size(end - i)}, y.grad().data() + i % n * c);
      i = std::max(end, i + 1);
    }
    y.pass_grad(x);
  });
  return y;
}

NgramOutputs::NgramOutputs(Builder& builder, Index longest, Index buckets, Index outputs)
    : longest_(longest),
      table_(builder.embedding("head.ngrams", buckets, outputs, Init::zeros(), Use::lookup)) {}

Var NgramOutputs::add_to(Var x, const Batch& batch) const {
  Tape& tape = x.tape();
  const Index n = batch.num_rows(), k = x.cols();
  const double bytes = 2.0 * static_cast<double>(longest_ * n * k) * sizeof(Scalar);
  const Measure measure(tape.observer(), "linear n-grams", Pass::forward, 0, bytes);
  const std::int32_t* ids = hashed_runs(tape, batch, 1, longest_, table_.rows);  // [longest, N]
  const Scalar* table = tape.value(table_).data();                               // [buckets, K]
  Scalar* scales = tape.allocate(x.rows());                                      // [B]
  Var y = tape.result(x.rows(), k);                                              // [B, K]
  std::copy_n(x.data(), x.rows() * k, y.data());
  for (Index b = 0; b < x.rows(); ++b) {
    const Index first = batch.first_row(b), end = first + batch.length(b);
    Index runs = 0;
    for (Index i = 0; i < longest_; ++i)
      runs += end - first - std::count(ids + i * n + first, ids + i * n + end, -1);
    scales[b] = static_cast<Scalar>(ngram_outputs_scale / std::sqrt(static_cast<double>(runs)));
    for (Index i = 0; i < longest_; ++i)
      for (Index row = first; row < end; ++row)
        if (const std::int32_t id = ids[i * n + row]; id >= 0)
          kernels::add_scaled(k, scales[b], table + id * k, y.data() + b * k);
  }
  y.pullback([=, this] {
    const Measure back(y.tape().observer(), "linear n-grams", Pass::backward, 0, bytes);
    Scratch scratch(y.tape());
    Scalar* dtable = scratch.scalars(k);  // [K]: of each run of a sequence
    for (Index b = 0; b < y.rows(); ++b) {
      const Index first = batch.first_row(b), end = first + batch.length(b);
      for (Index j = 0; j < k; ++j) dtable[j] = scales[b] * y.grad()(b, j);
      for (Index i = 0; i < longest_; ++i)
        for (Index row = first; row < end; ++row)
          if (const std::int32_t* id = ids + i * n + row; *id >= 0)
            y.tape().add_grad_rows(table_, {id, 1}, dtable);
    }
    y.pass_grad(x);
  });
  return y;
}

}  // namespace orochi
