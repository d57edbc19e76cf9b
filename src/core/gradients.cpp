#include <algorithm>
#include <bit>
#include <utility>

#include <orochi/error.hpp>
#include <orochi/parameters.hpp>

#include "core/kernels/kernels.hpp"
#include "core/kernels/row_sum.hpp"
#include "core/memory.hpp"

namespace orochi {
namespace {
using RowList = Gradients::RowList;

/// sum [n] += other [n], where nothing was added to `sum` yet unless it is written.
void add_dense(bool written, Index n, const Scalar* other, Scalar* sum) {
  if (written)
    kernels::add_scaled(n, Scalar(1), other, sum);
  else
    std::copy_n(other, n, sum);
}

/// Sums the dense gradients of one range of the shards [first, first + count), count a power of 2, pairwise
/// in place into the first of them. Returns whether one of them has any.
bool tree_sum(std::span<Gradients* const> shards, std::size_t first, std::size_t count, Index id, Index at,
              Index n) {
  if (first >= shards.size()) return false;
  if (count == 1) return shards[first]->written(id);
  const std::size_t half = count / 2;
  const bool left = tree_sum(shards, first, half, id, at, n),
             right = tree_sum(shards, first + half, half, id, at, n);
  if (right) add_dense(left, n, shards[first + half]->dense() + at, shards[first]->dense() + at);
  return left || right;
}
}  // namespace

GradientMemory::GradientMemory(Index size, Index count) {
  for (Index i = 0; i < count; ++i) free_.push_back(reserve_scalars(size));
}
GradientMemory::~GradientMemory() {
  for (Scalar* dense : free_) free_scalars(dense);
}

Scalar* GradientMemory::take() {
  const std::lock_guard lock(mutex_);
  Scalar* dense = free_.back();
  free_.pop_back();
  return dense;
}

void GradientMemory::give(Scalar* dense) {
  const std::lock_guard lock(mutex_);
  free_.push_back(dense);
}

Gradients::Gradients(const Parameters& parameters)
    : Gradients(parameters, std::make_shared<GradientMemory>(parameters.dense_size(), 1)) {}
Gradients::Gradients(const Parameters& parameters, std::shared_ptr<GradientMemory> memory)
    : parameters_(parameters),
      memory_(std::move(memory)),
      written_(parameters.entries().size()),
      rows_(parameters.entries().size()) {}
Gradients::~Gradients() { give_back(); }

Scalar* Gradients::dense() {
  if (dense_ == nullptr) dense_ = memory_->take();
  return dense_;
}

void Gradients::give_back() {
  if (dense_ != nullptr) memory_->give(std::exchange(dense_, nullptr));
  std::fill(written_.begin(), written_.end(), std::uint8_t{0});
}

void Gradients::take_dense(Gradients& other) {
  for (std::size_t id = 0; id < written_.size(); ++id) {
    if (other.written_[id] == 0) continue;
    const auto& [offset, size, cols, use, rate] = parameters_.entries()[id];
    add_dense(written_[id] != 0, size, other.dense() + offset, dense() + offset);
    written_[id] = 1;
  }
  other.give_back();
}

void Gradients::clear() {
  give_back();
  clear_rows();
}

void Gradients::clear_rows() {
  for (RowList& list : rows_) {
    list.ids.clear();
    list.rows.clear();
  }
}

GradientTarget Gradients::target(Parameter p) {
  if (!parameters_.entry(p.id).is_dense())
    throw usage_error("[gradient] expected a dense parameter, found one that takes add_grad_rows");
  if (parameters_.entry(p.id).rate == 0) return {dense() + parameters_.offset(p), false};
  std::uint8_t& written = written_[static_cast<std::size_t>(p.id)];
  const bool accumulate = written != 0;
  written = 1;
  return {dense() + parameters_.offset(p), accumulate};
}

void Gradients::add_rows(Parameter p, std::span<const std::int32_t> ids, const Scalar* rows) {
  if (parameters_.entry(p.id).is_dense())
    throw usage_error("[gradient] expected a parameter of Use::lookup, found a dense one");
  if (parameters_.entry(p.id).rate == 0) return;
  RowList& list = rows_[static_cast<std::size_t>(p.id)];
  list.ids.insert(list.ids.end(), ids.begin(), ids.end());
  list.rows.insert(list.rows.end(), rows, rows + static_cast<Index>(ids.size()) * p.cols);
}

namespace {

/// Of each handle the longest runs of names that are not frozen.
std::vector<ParameterRange> trained_runs(const Parameters& parameters) {
  std::vector<ParameterRange> runs;
  for (const ParameterView& view : parameters.views()) {
    const Index begin = view.offset - parameters.entry(view.parameter).offset;
    if (view.rate == 0) continue;
    if (!runs.empty() && runs.back().id == view.parameter && runs.back().end == begin)
      runs.back().end += view.size;
    else
      runs.push_back({view.parameter, begin, begin + view.size});
  }
  return runs;
}

}  // namespace

std::vector<ParameterRange> parameter_ranges(const Parameters& parameters, Index length) {
  std::vector<ParameterRange> ranges;
  for (const ParameterRange& run : trained_runs(parameters)) {
    const Parameters::Entry& entry = parameters.entry(run.id);
    const Index unit = !entry.is_dense() ? entry.cols : 16;
    const Index step = std::max(unit, length / unit * unit);
    for (Index begin = run.begin; begin < run.end; begin += step)
      ranges.push_back({run.id, begin, std::min(begin + step, run.end)});
  }
  return ranges;
}

GradientSum::GradientSum(const Parameters& parameters, std::vector<Gradients*> shards)
    : parameters_(parameters),
      shards_(std::move(shards)),
      sorted_(parameters.entries().size()),
      merged_(parameters.entries().size()) {}

void GradientSum::begin() {
  shards_.front()->dense();  // takes its room before threads share the ranges
  for (Index id = 0; id < static_cast<Index>(sorted_.size()); ++id)
    if (!parameters_.entry(id).is_dense() && parameters_.entry(id).rate > 0) sort_rows(id);
}

void GradientSum::clear() {
  for (MergedRows& merged : merged_) {
    for (const std::int32_t id : merged.ids) merged.slots[static_cast<std::size_t>(id)] = -1;
    merged.ids.clear();
    merged.sums.clear();
  }
}

void GradientSum::begin_merge() {
  begin();
  for (Index id = 0; id < static_cast<Index>(sorted_.size()); ++id)
    if (!sorted_[static_cast<std::size_t>(id)].sources.empty()) add_slots(id);
}

void GradientSum::add_slots(Index id) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(id)];
  const Index rows = entry.size / entry.cols;
  auto& [slots, ids, sums] = merged_[static_cast<std::size_t>(id)];
  if (slots.empty()) slots.assign(static_cast<std::size_t>(rows), -1);
  for (Index row = 0; row < rows; ++row) {
    std::int32_t& slot = slots[static_cast<std::size_t>(row)];
    if (slot >= 0 || sources(id, row).empty()) continue;
    slot = static_cast<std::int32_t>(ids.size());
    ids.push_back(static_cast<std::int32_t>(row));
  }
  const std::size_t needed = ids.size() * static_cast<std::size_t>(entry.cols);
  if (needed > sums.capacity())  // by doubling, but never beyond all rows
    sums.reserve(std::min(std::max(needed, 2 * sums.capacity()), static_cast<std::size_t>(entry.size)));
  sums.resize(needed);
}

void GradientSum::merge(const ParameterRange& range) {
  const Index cols = parameters_.entry(range.id).cols;
  auto& [slots, ids, sums] = merged_[static_cast<std::size_t>(range.id)];
  if (ids.empty()) return;
  for (Index row = range.begin / cols; row < range.end / cols; ++row) {
    const std::span<const Scalar* const> rows = sources(range.id, row);
    if (rows.empty()) continue;
    Scalar* sum = sums.data() + slots[static_cast<std::size_t>(row)] * cols;
    kernels::sum_rows_at(cols, sum, rows, sum);
  }
}

void GradientSum::end_merge() {
  for (Gradients* shard : shards_) shard->clear_rows();
}

std::span<const Scalar* const> GradientSum::sources(Index id, Index row) const {
  const auto& [starts, sources] = sorted_[static_cast<std::size_t>(id)];
  const Index first = starts[static_cast<std::size_t>(row)];
  return {sources.data() + first,
          static_cast<std::size_t>(starts[static_cast<std::size_t>(row) + 1] - first)};
}

const Scalar* GradientSum::merged(Index id, Index row) const {
  const auto& [slots, ids, sums] = merged_[static_cast<std::size_t>(id)];
  if (ids.empty() || slots[static_cast<std::size_t>(row)] < 0) return nullptr;
  return sums.data() +
         slots[static_cast<std::size_t>(row)] * parameters_.entries()[static_cast<std::size_t>(id)].cols;
}

void GradientSum::sort_rows(Index id) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(id)];
  auto& [starts, sources] = sorted_[static_cast<std::size_t>(id)];
  starts.assign(static_cast<std::size_t>(entry.size / entry.cols) + 1, 0);
  std::size_t total = 0;
  for (const Gradients* shard : shards_) {
    for (const std::int32_t row : shard->rows(id).ids) ++starts[static_cast<std::size_t>(row)];
    total += shard->rows(id).ids.size();
  }
  sources.resize(total);
  Index end = 0;  // starts[i] counts down from the end of row i's sources to their start
  for (Index& start : starts) start = end += start;
  for (auto shard = shards_.rbegin(); shard != shards_.rend(); ++shard) {
    const RowList& list = (*shard)->rows(id);
    for (std::size_t i = list.ids.size(); i-- > 0;)
      sources[static_cast<std::size_t>(--starts[static_cast<std::size_t>(list.ids[i])])] =
          list.rows.data() + static_cast<Index>(i) * entry.cols;
  }
}

double GradientSum::reduce(const ParameterRange& range, Scalar* scratch) {
  const Parameters::Entry& entry = parameters_.entry(range.id);
  const Index n = range.end - range.begin;
  if (entry.is_dense()) {
    if (!tree_sum(shards_, 0, std::bit_ceil(shards_.size()), range.id, entry.offset + range.begin, n))
      std::fill_n(shards_.front()->dense() + entry.offset + range.begin, n, Scalar(0));
  } else {
    const std::vector<Index>& starts = sorted_[static_cast<std::size_t>(range.id)].starts;
    const auto at = [&](Index scalar) { return starts[static_cast<std::size_t>(scalar / entry.cols)]; };
    const bool listed = at(range.begin) != at(range.end);
    if (!listed && merged_[static_cast<std::size_t>(range.id)].ids.empty()) return 0;
  }
  return kernels::sum_of_squares(n, gradient(range, scratch));
}

const Scalar* GradientSum::gradient(const ParameterRange& range, Scalar* scratch) const {
  const Parameters::Entry& entry = parameters_.entry(range.id);
  if (entry.is_dense()) return shards_.front()->dense() + entry.offset + range.begin;
  for (Index row = range.begin / entry.cols; row < range.end / entry.cols; ++row) {
    const std::span<const Scalar* const> rows = sources(range.id, row);
    const Scalar* start = merged(range.id, row);
    Scalar* sum = scratch + row * entry.cols - range.begin;
    if (rows.empty() && start == nullptr)
      std::fill_n(sum, entry.cols, Scalar(0));
    else
      kernels::sum_rows_at(entry.cols, start, rows, sum);
  }
  return scratch;
}

std::vector<Scalar> GradientSum::flat() {
  begin();
  std::vector<Scalar> result(static_cast<std::size_t>(parameters_.size())), scratch(result.size());
  for (const ParameterRange& range : parameter_ranges(parameters_, parameters_.size())) {
    reduce(range, scratch.data());
    const Index at = parameters_.entry(range.id).offset;
    std::copy_n(gradient(range, scratch.data()), range.end - range.begin, result.data() + at);
  }
  return result;
}

}  // namespace orochi
