#include "baseline/neighbors.hpp"

#include <algorithm>
#include <cmath>

#include "core/as_size.hpp"

namespace orochi {
namespace {

/// Without the constant feature, which is the last.
double product(const feature_node* row, Index width, const std::vector<double>& dense) {
  double sum = 0;
  for (; row->index <= width && row->index > 0; ++row) sum += row->value * dense[as_size(row->index)];
  return sum;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> nearest(const Features& train, std::span<const std::uint32_t> rows,
                                                const Features& features,
                                                std::span<const std::uint32_t> asked, bool by_angle,
                                                ThreadPool& pool, std::span<const int> folds) {
  std::vector<double> squares(rows.size());  // of the rows' lengths
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const feature_node* node = train.row(rows[i]); node->index <= train.width(); ++node)
      squares[i] += node->value * node->value;
  std::vector<std::vector<std::uint32_t>> result(asked.size());
  std::vector<std::vector<double>> dense(as_size(pool.size()),
                                         std::vector<double>(as_size(train.width() + 1)));
  pool.for_each(std::ssize(asked), [&](Index a, int worker) {
    std::vector<double>& own = dense[as_size(worker)];
    const feature_node* begin = features.row(asked[as_size(a)]);
    for (const feature_node* node = begin; node->index <= train.width(); ++node)
      own[as_size(node->index)] = node->value;
    std::vector<std::pair<double, std::uint32_t>> far;  // to be small
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!folds.empty() && folds[rows[i]] == folds[asked[as_size(a)]]) continue;
      const double dot = product(train.row(rows[i]), train.width(), own);
      far.emplace_back(!by_angle         ? squares[i] - 2 * dot
                       : squares[i] == 0 ? 0
                                         : -dot / std::sqrt(squares[i]),
                       rows[i]);
    }
    const std::size_t count = std::min(most_neighbors, far.size());
    std::partial_sort(far.begin(), far.begin() + static_cast<Index>(count), far.end());
    for (std::size_t n = 0; n < count; ++n) result[as_size(a)].push_back(far[n].second);
    for (const feature_node* node = begin; node->index <= train.width(); ++node)
      own[as_size(node->index)] = 0;
  });
  return result;
}

}  // namespace orochi
