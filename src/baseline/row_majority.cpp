#include "baseline/row_majority.hpp"

#include <algorithm>
#include <cmath>

#include "baseline/wanted.hpp"
#include "core/as_size.hpp"

namespace orochi {
namespace {

/// How often each token has each label in training. [ids, K]
std::vector<float> label_counts(const Sequences& train, Index ids, Index labels) {
  std::vector<float> counts(as_size(ids * labels));
  for (std::size_t row = 0; row < train.tokens.size(); ++row)
    counts[as_size(train.tokens[row] * labels) + static_cast<std::size_t>(train.targets[row])] += 1;
  return counts;
}

/// The share of rows that has each label. [K]
std::vector<float> label_shares(const Sequences& train, Index labels) {
  std::vector<float> shares(as_size(labels));
  const float share = 1 / static_cast<float>(train.targets.size() + 1);  // below 1, which a count is
  for (const double label : train.targets) shares[static_cast<std::size_t>(label)] += share;
  return shares;
}

}  // namespace

bool has_row_labels(const Task& task, const Sequences& train) {
  const auto is_label = [&](double t) {
    return t == std::floor(t) && t >= 0 && t < static_cast<double>(task.outputs());
  };
  return task.level() == Level::row && task.are_in_file() && task.target_width() == 1 && task.outputs() > 1 &&
         std::all_of(train.targets.begin(), train.targets.end(), is_label);
}

Baseline row_majority(const BaselineRequest& request) {
  const LoadedData& data = request.data;
  const Index labels = request.task.outputs();
  const bool has_tokens = data.train.channels == 0;
  const std::vector<float> shares = label_shares(data.train, labels);
  const std::vector<float> counts =
      label_counts(data.train, has_tokens ? data.preprocessing.num_ids() : 0, labels);
  Baseline result;
  result.name = result.title = "majority";
  result.settings = has_tokens ? "of each token" : "";
  const auto answer = [&](const Sequences& split, Figures& figures, std::vector<double>& kept) {
    if (split.size() == 0) return;
    std::vector<float> outputs;
    for (Index row = 0; row < split.offsets.back(); ++row)
      for (Index k = 0; k < labels; ++k) {
        const float own = has_tokens ? counts[as_size(split.tokens[as_size(row)] * labels + k)] : 0;
        outputs.push_back(own + shares[as_size(k)]);  // shares decide where counts are equal
      }
    kept = kept_of(request.task, outputs);
    figures = figures_of(request.task, kept, split, all_numbers(split.size()));
  };
  answer(data.validation, result.validation, result.validation_kept);
  answer(data.test, result.test, result.test_kept);
  return result;
}

}  // namespace orochi
