#include "baseline/neighbors.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/as_size.hpp"

namespace orochi {
namespace {

/// For each feature the rows that have it, so that a product passes over those that two rows do not share.
class RowsByFeature {
 public:
  RowsByFeature(const Features& train, std::span<const std::uint32_t> rows)
      : begins_(as_size(train.width() + 2)) {
    const auto for_each = [&](const auto& use) {
      for (std::size_t i = 0; i < rows.size(); ++i)
        for (const feature_node* node = train.row(rows[i]); node->index <= train.width(); ++node)
          use(i, as_size(node->index), node->value);
    };
    for_each([&](std::size_t, std::size_t feature, double) { ++begins_[feature + 1]; });
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    nodes_.resize(begins_.back());
    std::vector<std::size_t> ends(begins_);
    for_each([&](std::size_t i, std::size_t feature, double value) {
      nodes_[ends[feature]++] = {static_cast<std::uint32_t>(i), value};
    });
  }

  /// Products of a row, which ends at the constant feature, with each of the rows: sums by rising feature.
  void multiply(const feature_node* row, Index width, std::vector<double>& products) const {
    std::fill(products.begin(), products.end(), 0);
    for (; row->index <= width; ++row)
      for (std::size_t n = begins_[as_size(row->index)]; n < begins_[as_size(row->index) + 1]; ++n)
        products[nodes_[n].row] += nodes_[n].value * row->value;
  }

 private:
  struct Node {
    std::uint32_t row;
    double value;
  };
  std::vector<std::size_t> begins_;  // [width + 2], by feature from 1
  std::vector<Node> nodes_;
};

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
  const RowsByFeature by_feature(train, rows);
  std::vector<std::vector<double>> products(as_size(pool.size()), std::vector<double>(rows.size()));
  pool.for_each(std::ssize(asked), [&](Index a, int worker) {
    std::vector<double>& dots = products[as_size(worker)];
    by_feature.multiply(features.row(asked[as_size(a)]), train.width(), dots);
    std::vector<std::pair<double, std::uint32_t>> far;  // to be small
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!folds.empty() && folds[rows[i]] == folds[asked[as_size(a)]]) continue;
      far.emplace_back(!by_angle         ? squares[i] - 2 * dots[i]
                       : squares[i] == 0 ? 0
                                         : -dots[i] / std::sqrt(squares[i]),
                       rows[i]);
    }
    const std::size_t count = std::min(most_neighbors, far.size());
    std::partial_sort(far.begin(), far.begin() + static_cast<Index>(count), far.end());
    for (std::size_t n = 0; n < count; ++n) result[as_size(a)].push_back(far[n].second);
  });
  return result;
}

}  // namespace orochi
