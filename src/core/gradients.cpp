#include <algorithm>
#include <orochi/parameters.hpp>

#include "core/kernels/kernels.hpp"
#include "core/memory.hpp"

namespace orochi {
namespace {
using RowList = Gradients::RowList;

/// The lanes' dense gradients of one range, summed pairwise in place into the first lane's.
void tree_sum(std::span<Gradients* const> lanes, Index id, Index at, Index n) {
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
  if (!has(0)) std::fill_n(lane(0), n, Scalar(0));
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

GradientSum::GradientSum(const Parameters& parameters, std::vector<Gradients*> lanes)
    : parameters_(parameters), lanes_(std::move(lanes)), sorted_(parameters.entries().size()) {}

void GradientSum::begin() {
  for (Index id = 0; id < static_cast<Index>(sorted_.size()); ++id)
    if (parameters_.entries()[static_cast<std::size_t>(id)].gradient == GradientKind::rows) sort_rows(id);
}

void GradientSum::sort_rows(Index id) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(id)];
  auto& [starts, sources] = sorted_[static_cast<std::size_t>(id)];
  starts.assign(static_cast<std::size_t>(entry.size / entry.cols) + 1, 0);
  std::size_t total = 0;
  for (const Gradients* lane : lanes_) {
    for (const std::int32_t row : lane->rows(id).ids) ++starts[static_cast<std::size_t>(row)];
    total += lane->rows(id).ids.size();
  }
  sources.resize(total);
  Index end = 0;  // starts[i] counts down from the end of row i's sources to their start
  for (Index& start : starts) start = end += start;
  for (auto lane = lanes_.rbegin(); lane != lanes_.rend(); ++lane) {
    const RowList& list = (*lane)->rows(id);
    for (std::size_t i = list.ids.size(); i-- > 0;)
      sources[static_cast<std::size_t>(--starts[static_cast<std::size_t>(list.ids[i])])] =
          list.rows.data() + static_cast<Index>(i) * entry.cols;
  }
}

double GradientSum::reduce(const ParameterRange& range, Scalar* scratch) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(range.id)];
  const Index n = range.end - range.begin;
  if (entry.gradient == GradientKind::dense) {
    tree_sum(lanes_, range.id, entry.offset + range.begin, n);
  } else {
    const std::vector<Index>& starts = sorted_[static_cast<std::size_t>(range.id)].starts;
    const auto at = [&](Index scalar) { return starts[static_cast<std::size_t>(scalar / entry.cols)]; };
    if (at(range.begin) == at(range.end)) return 0;
  }
  return kernels::sum_of_squares(n, gradient(range, scratch));
}

const Scalar* GradientSum::gradient(const ParameterRange& range, Scalar* scratch) const {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(range.id)];
  if (entry.gradient == GradientKind::dense) return lanes_.front()->dense() + entry.offset + range.begin;
  const auto& [starts, sources] = sorted_[static_cast<std::size_t>(range.id)];
  std::fill_n(scratch, range.end - range.begin, Scalar(0));
  for (Index row = range.begin / entry.cols; row < range.end / entry.cols; ++row)
    for (Index i = starts[static_cast<std::size_t>(row)]; i < starts[static_cast<std::size_t>(row) + 1]; ++i)
      kernels::add_scaled(entry.cols, Scalar(1), sources[static_cast<std::size_t>(i)],
                          scratch + row * entry.cols - range.begin);
  return scratch;
}

std::vector<Scalar> GradientSum::flat() {
  begin();
  std::vector<Scalar> result(static_cast<std::size_t>(parameters_.size())), scratch(result.size());
  for (const ParameterRange& range : parameter_ranges(parameters_, parameters_.size())) {
    reduce(range, scratch.data());
    const Index at = parameters_.entries()[static_cast<std::size_t>(range.id)].offset;
    std::copy_n(gradient(range, scratch.data()), range.end - range.begin, result.data() + at);
  }
  return result;
}

}  // namespace orochi
