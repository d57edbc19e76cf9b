// Runs of plain SGD, for tests of the keys that say what an update computes.
#pragma once

#include <cmath>

#include <orochi/inference.hpp>
#include <orochi/model.hpp>

#include "keys.hpp"

namespace orochi {

inline std::vector<std::string> plain(const std::vector<std::string>& overrides) {
  std::vector<std::string> all{"train.batch_size=128",
                               "train.gradient_accumulation_steps=1",
                               "model.dropout=0",
                               "model.attention_dropout=0",
                               "train.optimizer=sgd",
                               "train.optimizer.momentum=0",
                               "train.optimizer.weight_decay=0",
                               "train.max_grad_norm=0"};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return all;
}

/// A run of one update an epoch, without dropout, by sgd without momentum and decay.
struct PlainRun : Run {
  PlainRun(const std::string& name, const std::vector<std::string>& overrides,
           const Extensions& registry = builtin())
      : Run(name, plain(overrides), registry) {
    if (ending.code != 0) return;
    const Model trained = Model::load(last(), registry);
    const std::span<const Scalar> flat = trained.classifier->parameters().flat();
    after.assign(flat.begin(), flat.end());
  }
  std::vector<double> after;  // parameters
};

inline double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

/// How far one update moves the parameters.
inline double length_of_update(const std::string& name, std::vector<std::string> overrides) {
  overrides.push_back("train.epochs=1");
  overrides.push_back("train.schedule=constant");
  const PlainRun moved(name, overrides);
  overrides.push_back("train.learning_rate=1e-30");
  return distance(moved.after, PlainRun(name + "-not", overrides).after);
}

}  // namespace orochi
