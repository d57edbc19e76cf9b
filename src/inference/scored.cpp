#include "inference/scored.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr Index most_probabilities = 50'000'000;  // 400 MB

/// A task keeps the class of an item, or its outputs. [M]
std::vector<double> predicted_classes(const Evaluation& found, Index kept) {
  if (kept == 1) return found.kept;
  std::vector<double> classes;
  for (auto row = found.kept.begin(); row != found.kept.end(); row += kept)
    classes.push_back(static_cast<double>(std::max_element(row, row + kept) - row));
  return classes;
}

}  // namespace

Scored evaluate_scored(Inference& inference, const Task& task, const Sequences& data) {
  Scored found;
  const bool has_some = task.level() == Level::sequence && !task.score_names().empty();
  const Index k = task.outputs();
  const bool fits = data.size() <= most_probabilities / k;
  const auto keep = [&](Index first, std::span<const Scalar> outputs) {
    for (std::size_t at = 0; at < outputs.size(); at += as_size(k)) {
      const std::vector<double> p = task.predict(outputs.subspan(at, as_size(k))).scores;
      std::copy(p.begin(), p.end(), found.probabilities.begin() + first * k + static_cast<Index>(at));
    }
  };
  if (has_some && fits) found.probabilities.resize(as_size(data.size() * k));
  if (has_some && !fits)
    found.note = fmt::format(
        "figures of probabilities are left out: those of {} sequences and {} labels would take {} MB, and at "
        "most 400 are taken",
        grouped(data.size()), grouped(k), grouped(data.size() * k / 125'000));
  static_cast<Evaluation&>(found) =
      evaluate(inference, task, data, nullptr, has_some && fits ? Inference::Take(keep) : Inference::Take());
  if (!found.metrics.figures.confusions.empty()) found.predictions = predicted_classes(found, task.kept());
  return found;
}

bool has_one_label_each(const Metrics& metrics) {
  return !metrics.figures.confusions.empty() && metrics.items == metrics.sequences;
}

ClassScores class_scores(const Scored& found) {
  return {found.probabilities, found.targets, found.predictions, std::ssize(found.metrics.figures.classes)};
}

std::vector<NamedFigure> further_figures(const Task& task, const Scored& found) {
  if (!found.metrics.figures.confusions.empty()) return class_figures_of(class_scores(found));
  const bool has_labels = task.answers_list() && !found.metrics.figures.classes.empty();
  return has_labels && !found.probabilities.empty()
             ? label_figures_of(found.probabilities, found.targets, task.outputs())
             : std::vector<NamedFigure>();
}

}  // namespace orochi
