#include "cli/report/outcomes.hpp"

#include <algorithm>

#include <orochi/model.hpp>

#include "core/as_size.hpp"

namespace orochi {
namespace {

/// Some sequences by falling loss.
std::vector<Index> by_loss(const Evaluation& outcomes, const auto& wanted) {
  std::vector<Index> found;
  for (Index b = 0; b < std::ssize(outcomes.losses); ++b)
    if (wanted(b)) found.push_back(b);
  std::stable_sort(found.begin(), found.end(), [&](Index a, Index b) {
    return outcomes.losses[as_size(a)] > outcomes.losses[as_size(b)];
  });
  return found;
}

}  // namespace

Scored run_model(const Model& trained, const Sequences& data, int threads) {
  Inference inference(trained, threads);
  Scored result = evaluate_scored(inference, *trained.task, data);
  require_finite(result.losses);
  return result;
}

bool is_right(const Model& trained, const Evaluation& outcomes, Index b) {
  return trained.task->higher_score_is_better() && outcomes.scores[as_size(b)] == 1;
}

std::vector<Index> worst_errors(const Model& trained, const Evaluation& outcomes, std::size_t most) {
  std::vector<Index> errors = by_loss(outcomes, [&](Index b) { return !is_right(trained, outcomes, b); });
  errors.resize(std::min(errors.size(), most));
  return errors;
}

std::vector<Index> telling_sequences(const Model& trained, const Evaluation& outcomes, const Sequences& data,
                                     std::size_t count) {
  const Task& task = *trained.task;
  const std::vector<Index> errors = worst_errors(trained, outcomes, count / 2);
  const auto is_other = [&](Index b) {
    if (task.higher_score_is_better()) return is_right(trained, outcomes, b);
    return std::find(errors.begin(), errors.end(), b) == errors.end();
  };
  std::vector<std::vector<Index>> strata(as_size(task.strata()));  // by falling loss
  for (const Index b : by_loss(outcomes, is_other))
    strata[as_size(task.stratum(data.target(b)))].push_back(b);
  std::vector<Index> chosen;
  for (bool found = true; found && chosen.size() + errors.size() < count;) {
    found = false;
    for (std::vector<Index>& members : strata) {
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
