#include "layers/attention_recording.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>

#include <orochi/error.hpp>

namespace orochi {
namespace {

std::vector<Scalar> columns(Var x, Index first_row, Index rows, Index first, Index count) {
  std::vector<Scalar> result;  // [rows, count]
  for (Index i = first_row; i < first_row + rows; ++i)
    result.insert(result.end(), x.data() + i * x.cols() + first, x.data() + i * x.cols() + first + count);
  return result;
}

/// Sum of a b over [rows, cols] whose rows lie `ld` apart, in double.
double dot(const Scalar* a, const Scalar* b, Index rows, Index cols, Index ld) {
  double sum = 0;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < cols; ++j)
      sum += static_cast<double>(a[i * ld + j]) * static_cast<double>(b[i * ld + j]);
  return sum;
}

}  // namespace

void replace_heads(std::span<const HeadReplacement> replacements, Index layer, Index d, Var y) {
  for (const HeadReplacement& replacement : replacements) {
    if (replacement.layer != layer) continue;
    if (y.tape().training()) throw failure("heads are replaced in inference only");
    for (Index i = 0; i < y.rows(); ++i)
      std::copy_n(replacement.values.data(), d, y.data() + i * y.cols() + replacement.head * d);
  }
}

Index record_heads(Recording& recording, const AttentionInputs& in, const AttentionOptions& options,
                   Index layer, const AllSums& sums, Var y) {
  const Index first = std::ssize(recording.records), h_count = options.num_heads,
              width = h_count * options.head_dim;
  const Batch& batch = in.queries;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    const Index t = batch.length(b), row = batch.first_row(b);
    AttentionRecord record;
    record.layer = layer;
    record.sequence = b;
    record.length = t;
    record.options = options;
    record.bf16 = in_bf16(y.tape(), options.head_dim);
    record.head_output = columns(y, row, t, 0, width);
    record.query = columns(in.query, row, t, 0, width);
    record.key = columns(in.key, row, t, in.key_column, width);
    for (Index h = 0; h < h_count; ++h) {
      const kernels::FilterSums of = sums.of(h, row);
      record.maximum.insert(record.maximum.end(), of.maximum, of.maximum + t);
      record.inverse_sum.insert(record.inverse_sum.end(), of.inverse_sum, of.inverse_sum + t);
    }
    if (recording.maps) {
      record.value = columns(in.key, row, t, in.value_column, width);
      record.scores.resize(static_cast<std::size_t>(h_count * t * t));
      record.map.resize(record.scores.size());
      Scratch scratch(y.tape());
      Scalar* working = scratch.scalars(kernels::attention_scratch(t, options.head_dim));
      for (Index h = 0; h < h_count; ++h)
        kernels::attention_map(make_head(in, options, b, h), sums.of(h, row), 0, t,
                               record.scores.data() + h * t * t, record.map.data() + h * t * t, working);
    }
    recording.records.push_back(std::move(record));
  }
  return first;
}

void map_rows(const AttentionRecord& record, Index h, Index first, Index count, Scalar* scores, Scalar* map) {
  const Index t = record.length, d = record.options.head_dim, width = record.options.num_heads * d;
  const kernels::AttentionHead head = make_head(record.options, h, t, {record.query.data() + h * d, width}, t,
                                                {record.key.data() + h * d, width}, record.bf16);
  // The kernel reads the sums alone.
  const kernels::FilterSums sums{const_cast<Scalar*>(record.maximum.data()) + h * t,
                                 const_cast<Scalar*>(record.inverse_sum.data()) + h * t};
  // Raw memory, since the kernel keeps pairs of bf16 in it, too.
  const auto working = std::make_unique_for_overwrite<std::byte[]>(
      static_cast<std::size_t>(kernels::attention_scratch(t, d)) * sizeof(Scalar));
  kernels::attention_map(head, sums, first, count, scores, map, reinterpret_cast<Scalar*>(working.get()));
}

void record_influence(const Tape& tape, Index first_record, const Batch& batch, Var y) {
  const HeadProbe* probe = tape.attached<HeadProbe>();
  if (first_record < 0 || probe == nullptr || probe->recording == nullptr) return;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    AttentionRecord& record = probe->recording->records[static_cast<std::size_t>(first_record + b)];
    const Index d = record.options.head_dim, row = batch.first_row(b), t = batch.length(b);
    record.influence.clear();
    for (Index h = 0; h < record.options.num_heads; ++h)
      record.influence.push_back(static_cast<Scalar>(
          dot(y.data() + row * y.cols() + h * d, y.grad().data() + row * y.cols() + h * d, t, d, y.cols())));
  }
}

void record_ends(Recording& recording, Index first_record, const std::string& name, const Rows& x,
                 Var output) {
  const Batch& batch = x.batch;
  for (Index b = 0; b < batch.num_sequences(); ++b) {
    AttentionRecord& record = recording.records[static_cast<std::size_t>(first_record + b)];
    record.name = name;
    record.input = columns(x.values, batch.first_row(b), batch.length(b), 0, x.values.cols());
    record.output = columns(output, batch.first_row(b), batch.length(b), 0, output.cols());
  }
}

}  // namespace orochi
