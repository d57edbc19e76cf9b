// What the frozen beginning of a model makes of a data set, computed once.
#pragma once

#include <orochi/dataset.hpp>
#include <orochi/rows.hpp>

namespace orochi {

/// Rows behind the first `blocks` blocks, of each sequence as it comes by. Workers may keep and take
/// different sequences at once. The rows are where the data's storage is.
class FrozenRows {
 public:
  /// Of sequences whose samples number those of `data`, which must live as long.
  FrozenRows(const Sequences& data, Index blocks, Index columns)
      : data_(data),
        blocks_(blocks),
        columns_(columns),
        rows_(static_cast<std::size_t>(data.offsets.back() * columns), Scalar(0), data.storage()),
        has_(static_cast<std::size_t>(data.size())) {}

  Index blocks() const { return blocks_; }
  static double bytes(const Sequences& data, Index columns) {
    return static_cast<double>(data.offsets.back() * columns) * sizeof(Scalar);
  }

  bool has(const Batch& batch) const;
  /// [N, C], without a gradient. Only where it has them.
  Var take(Tape& tape, const Batch& batch) const;
  /// Does nothing where a layer has made other rows and has not told its builder.
  void keep(const Rows& rows, const Batch& batch);

 private:
  const Sequences& data_;
  Index blocks_, columns_;  // C
  Column<Scalar> rows_;     // [rows of the data, C]
  std::vector<char> has_;   // by sample; bytes, so that workers write side by side
};

}  // namespace orochi
