#include "model/frozen_rows.hpp"

#include <algorithm>

#include "core/as_size.hpp"

namespace orochi {

bool FrozenRows::has(const Batch& batch) const {
  return std::ranges::all_of(batch.samples, [this](std::uint32_t sample) { return has_[sample] != 0; });
}

Var FrozenRows::take(Tape& tape, const Batch& batch) const {
  Var x = tape.input(batch.num_rows(), columns_);  // [N, C]
  Scalar* to = x.data();
  for (const std::uint32_t sample : batch.samples)
    to = std::copy_n(rows_.data() + data_.offsets[sample] * columns_, data_.length(sample) * columns_, to);
  return x;
}

void FrozenRows::keep(const Rows& rows, const Batch& batch) {
  if (rows.batch.offsets.data() != batch.offsets.data()) return;
  const Scalar* from = rows.values.data();  // [N, C]
  for (const std::uint32_t sample : batch.samples) {
    const Index count = data_.length(sample) * columns_;
    std::copy_n(from, count, rows_.data() + data_.offsets[sample] * columns_);
    has_[sample] = 1;
    from += count;
  }
}

}  // namespace orochi
