#include "layers/ngrams.hpp"

#include <algorithm>
#include <cstdint>

#include <orochi/profile.hpp>

#include "core/as_size.hpp"
#include "core/kernels/kernels.hpp"
#include "core/mix.hpp"

namespace orochi {
namespace {

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
      if (begin >= 0) hash = mix(hash, static_cast<std::uint32_t>(batch.tokens[as_size(begin)]));
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

}  // namespace orochi
