#include "baseline/features.hpp"

#include <cmath>
#include <utility>

#include "core/as_size.hpp"

namespace orochi {

void Features::add(std::span<const feature_node> row) {
  begins_.push_back(nodes_.size());
  nodes_.insert(nodes_.end(), row.begin(), row.end());
  nodes_.push_back({static_cast<int>(width_) + 1, 1});
  nodes_.push_back({-1, 0});
}

double Features::mean_square() const {
  double sum = 0;
  for (const feature_node& node : nodes_) sum += node.value * node.value;
  return sum / static_cast<double>(size()) - 1;  // less the constant
}

FeatureSet standardized(std::string name, const Tables& tables) {
  const auto width = as_size(tables.train.width);
  const auto count = static_cast<double>(tables.train.size());
  std::vector<double> mean(width), deviation(width);
  for (std::size_t i = 0; i < tables.train.values.size(); ++i)
    mean[i % width] += static_cast<double>(tables.train.values[i]) / count;
  for (std::size_t i = 0; i < tables.train.values.size(); ++i) {
    const double off = static_cast<double>(tables.train.values[i]) - mean[i % width];
    deviation[i % width] += off * off / count;
  }
  for (double& d : deviation) d = std::sqrt(d);
  FeatureSet set(std::move(name), tables.train.width);
  std::vector<feature_node> nodes;
  for (const auto& [table, features] : {std::pair(&tables.train, &set.train),
                                        {&tables.validation, &set.validation},
                                        {&tables.test, &set.test}})
    for (std::size_t i = 0; i < table->size(); ++i) {
      nodes.clear();
      for (std::size_t j = 0; j < width; ++j)
        if (deviation[j] > 1e-12)
          nodes.push_back(
              {static_cast<int>(j) + 1, (static_cast<double>(table->row(i)[j]) - mean[j]) / deviation[j]});
      features->add(nodes);
    }
  return set;
}

}  // namespace orochi
