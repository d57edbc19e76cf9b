#include "baseline/features.hpp"

#include <cmath>
#include <utility>

#include <orochi/batching.hpp>

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

Scaling::Scaling(const DenseRows& train) : mean(as_size(train.width)), deviation(mean.size()) {
  const std::size_t width = mean.size();
  const auto count = static_cast<double>(train.size());
  for (std::size_t i = 0; i < train.values.size(); ++i)
    mean[i % width] += static_cast<double>(train.values[i]) / count;
  for (std::size_t i = 0; i < train.values.size(); ++i) {
    const double off = static_cast<double>(train.values[i]) - mean[i % width];
    deviation[i % width] += off * off / count;
  }
  for (double& d : deviation) d = std::sqrt(d);
}

void Scaling::append(const DenseRows& table, Features& features) const {
  std::vector<feature_node> nodes;
  for (std::size_t i = 0; i < table.size(); ++i) {
    nodes.clear();
    for (std::size_t j = 0; j < mean.size(); ++j)
      if (varies(j))
        nodes.push_back(
            {static_cast<int>(j) + 1, (static_cast<double>(table.row(i)[j]) - mean[j]) / deviation[j]});
    features.add(nodes);
  }
}

FeatureSet standardized(std::string name, const Tables& tables) {
  const Scaling scaling(tables.train);
  FeatureSet set(std::move(name), tables.train.width);
  scaling.append(tables.train, set.train);
  scaling.append(tables.validation, set.validation);
  scaling.append(tables.test, set.test);
  return set;
}

DenseRows rocket_table(const MiniRocket& rocket, std::span<const Scalar> biases, const Sequences& data,
                       ThreadPool& pool) {
  DenseRows table{rocket.width(), std::vector<float>(as_size(data.size() * rocket.width()))};
  std::vector<std::uint32_t> samples;
  const Batch batch = as_batch(data, samples);
  pool.for_each(data.size(), [&](Index i, int) {
    rocket.transform(batch, i, biases,
                     std::span(table.values).subspan(as_size(i * rocket.width()), as_size(rocket.width())));
  });
  return table;
}

}  // namespace orochi
