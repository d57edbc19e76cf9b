#include <algorithm>
#include <orochi/parameters.hpp>

#include "core/kernels/kernels.hpp"
#include "core/memory.hpp"

namespace orochi {
namespace {
using RowList = Gradients::RowList;

/// The lanes' dense gradients of one range, summed pairwise in place; returns the first lane's, or null if no
/// lane wrote this parameter.
const Scalar* tree_sum(std::span<Gradients* const> lanes, Index id, Index at, Index n) {
  const Index count = static_cast<Index>(lanes.size());
  const auto lane = [&](Index i) { return lanes[static_cast<std::size_t>(i)]->dense() + at; };
  std::uint64_t written[64] = {};  // bit set: up to 4,096 lanes
  const auto has = [&](Index i) { return (written[i / 64] >> (i % 64)) & 1; };
  for (Index i = 0; i < count; ++i)
    if (lanes[static_cast<std::size_t>(i)]->written(id)) written[i / 64] |= std::uint64_t{1} << (i % 64);
  for (Index stride = 1; stride < count; stride *= 2) {
    for (Index i = 0; i + stride < count; i += 2 * stride) {
      if (!has(i + stride)) continue;
      if (has(i))
        kernels::add_scaled(n, Scalar(1), lane(i + stride), lane(i));
      else
        std::copy_n(lane(i + stride), n, lane(i));
      written[i / 64] |= std::uint64_t{1} << (i % 64);
    }
  }
  return has(0) ? lane(0) : nullptr;
}

/// Rows of an embedding: lane after lane, row after row, those that fall into [first, last).
void add_listed_rows(const RowList& list, Index cols, Index first, Index last, Scalar* out) {
  for (std::size_t i = 0; i < list.ids.size(); ++i) {
    const Index row = list.ids[i];
    if (row < first || row >= last) continue;
    kernels::add_scaled(cols, Scalar(1), list.rows.data() + static_cast<Index>(i) * cols,
                        out + (row - first) * cols);
  }
}
}  // namespace

Gradients::Gradients(const Parameters& parameters)
    : parameters_(parameters),
      dense_(allocate_scalars(parameters.dense_size())),
      written_(parameters.entries().size()),
      rows_(parameters.entries().size()) {}
Gradients::~Gradients() { free_scalars(dense_); }

void Gradients::clear() {
  std::fill(written_.begin(), written_.end(), std::uint8_t{0});
  for (RowList& list : rows_) {
    list.ids.clear();
    list.rows.clear();
  }
}

GradientTarget Gradients::target(Parameter p) {
  std::uint8_t& written = written_[static_cast<std::size_t>(p.id)];
  const bool accumulate = written != 0;
  written = 1;
  return {dense_ + parameters_.offset(p), accumulate};
}

void Gradients::add_rows(Parameter p, std::span<const std::int32_t> ids, const Scalar* rows) {
  RowList& list = rows_[static_cast<std::size_t>(p.id)];
  list.ids.insert(list.ids.end(), ids.begin(), ids.end());
  list.rows.insert(list.rows.end(), rows, rows + static_cast<Index>(ids.size()) * p.cols);
}

std::vector<ParameterRange> parameter_ranges(const Parameters& parameters, Index length) {
  std::vector<ParameterRange> ranges;
  for (Index id = 0; id < static_cast<Index>(parameters.entries().size()); ++id) {
    const Parameters::Entry& entry = parameters.entries()[static_cast<std::size_t>(id)];
    const Index unit = entry.gradient == GradientKind::rows ? entry.cols : 16;
    const Index step = std::max(unit, length / unit * unit);
    for (Index begin = 0; begin < entry.size; begin += step)
      ranges.push_back({id, begin, std::min(begin + step, entry.size)});
  }
  return ranges;
}

void reduce(const Parameters& parameters, std::span<Gradients* const> lanes, const ParameterRange& range,
            Scalar* total, bool accumulate) {
  const Parameters::Entry& entry = parameters.entries()[static_cast<std::size_t>(range.id)];
  const Index n = range.end - range.begin;
  Scalar* out = total + entry.offset + range.begin;
  if (entry.gradient == GradientKind::rows) {
    if (!accumulate) std::fill_n(out, n, Scalar(0));
    for (const Gradients* lane : lanes)
      add_listed_rows(lane->rows(range.id), entry.cols, range.begin / entry.cols, range.end / entry.cols,
                      out);
    return;
  }
  const Scalar* sum = tree_sum(lanes, range.id, entry.offset + range.begin, n);
  if (sum == nullptr) {
    if (!accumulate) std::fill_n(out, n, Scalar(0));
  } else if (accumulate) {
    kernels::add_scaled(n, Scalar(1), sum, out);
  } else {
    std::copy_n(sum, n, out);
  }
}

}  // namespace orochi
