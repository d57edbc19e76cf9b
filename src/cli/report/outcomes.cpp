#include "cli/report/outcomes.hpp"

#include <algorithm>

#include "core/as_size.hpp"

namespace orochi {
namespace {

/// The sequences that are (not) classified rightly, by falling loss.
std::vector<Index> by_loss(const Evaluation& outcomes, const Sequences& data, bool right) {
  std::vector<Index> found;
  for (Index b = 0; b < data.size(); ++b)
    if ((outcomes.predictions[as_size(b)] == data.labels[as_size(b)]) == right) found.push_back(b);
  std::stable_sort(found.begin(), found.end(), [&](Index a, Index b) {
    return outcomes.losses[as_size(a)] > outcomes.losses[as_size(b)];
  });
  return found;
}

}  // namespace

Evaluation run_model(const TrainedModel& trained, const Sequences& data, int threads) {
  Inference inference(*trained.model, trained.config.train.kernels, threads);
  Evaluation result = evaluate(inference, data, trained.model->num_classes());
  require_finite(result.losses);
  return result;
}

std::vector<Index> worst_errors(const Evaluation& outcomes, const Sequences& data, std::size_t most) {
  std::vector<Index> errors = by_loss(outcomes, data, false);
  errors.resize(std::min(errors.size(), most));
  return errors;
}

std::vector<Index> telling_sequences(const Evaluation& outcomes, const Sequences& data, std::size_t count) {
  const std::vector<Index> errors = worst_errors(outcomes, data, count / 2);
  std::vector<std::vector<Index>> classes(outcomes.metrics.classes.size());  // right ones, by falling loss
  for (const Index b : by_loss(outcomes, data, true)) classes[as_size(data.labels[as_size(b)])].push_back(b);
  std::vector<Index> chosen;
  for (bool found = true; found && chosen.size() + errors.size() < count;) {
    found = false;
    for (std::vector<Index>& members : classes) {
      if (members.empty() || chosen.size() + errors.size() == count) continue;
      const auto middle = members.begin() + std::ssize(members) / 2;
      chosen.push_back(*middle);
      members.erase(middle);
      found = true;
    }
  }
  chosen.insert(chosen.end(), errors.begin(), errors.end());
  return chosen;
}

}  // namespace orochi
