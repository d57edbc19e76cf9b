// Rows of features as liblinear takes them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <linear.h>

#include <orochi/dataset.hpp>

#include "core/thread_pool.hpp"
#include "layers/mini_rocket.hpp"

namespace orochi {

/// N sparse rows; a constant feature of 1 is behind each, whose weight is the bias.
class Features {
 public:
  explicit Features(Index width) : width_(width) {}

  /// Nodes by ascending index, from 1 to width; those that are 0 may be left out.
  void add(std::span<const feature_node> row);
  Index width() const { return width_; }  // without the constant
  Index size() const { return static_cast<Index>(begins_.size()); }
  std::size_t entries() const { return nodes_.size(); }
  /// With the constant, and an index of -1 behind. Not const, as liblinear takes it.
  feature_node* row(Index i) { return nodes_.data() + begins_[static_cast<std::size_t>(i)]; }
  const feature_node* row(Index i) const { return nodes_.data() + begins_[static_cast<std::size_t>(i)]; }
  /// Of the rows' lengths, squared, without the constant.
  double mean_square() const;

 private:
  Index width_;
  std::vector<feature_node> nodes_;
  std::vector<std::size_t> begins_;  // [N]
};

/// The same features of each split.
struct FeatureSet {
  FeatureSet(std::string what, Index width)
      : name(std::move(what)), train(width), validation(width), test(width) {}
  std::string name;  // "words and characters"
  Features train, validation, test;
};

/// Dense rows, before they are scaled.
struct DenseRows {
  Index width = 0;
  std::vector<float> values;  // [N, width]
  std::span<const float> row(std::size_t i) const {
    const auto each = static_cast<std::size_t>(width);
    return std::span(values).subspan(i * each, each);
  }
  std::size_t size() const { return width == 0 ? 0 : values.size() / static_cast<std::size_t>(width); }
};
struct Tables {
  DenseRows train, validation, test;
};

/// What makes each column's mean over train 0 and its standard deviation there 1.
struct Scaling {
  explicit Scaling(const DenseRows& train);
  bool varies(std::size_t column) const { return deviation[column] > 1e-12; }
  /// Without the columns that do not vary.
  void append(const DenseRows& table, Features& features) const;

  std::vector<double> mean, deviation;  // [width]
};

/// The features of each sequence, the same on any number of threads. [N, width]
DenseRows rocket_table(const MiniRocket& rocket, std::span<const Scalar> biases, const Sequences& data,
                       ThreadPool& pool);

/// Each column less its mean over train, divided by its standard deviation there.
FeatureSet standardized(std::string name, const Tables& tables);

}  // namespace orochi
