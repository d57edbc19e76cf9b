#include "inference/statistics.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"

namespace orochi {
namespace {

constexpr int most_resamples = 1000;

/// What was kept of some sequences, one after another.
struct Drawn {
  std::vector<double> kept, targets, losses;
  std::vector<Index> offsets;
  Outcomes outcomes() const { return {kept, targets, offsets, losses}; }
};

/// Appends rows `first` .. `last` of [M, width].
void append(std::vector<double>& to, std::span<const double> rows, Index width, Index first, Index last) {
  to.insert(to.end(), rows.begin() + first * width, rows.begin() + last * width);
}

Drawn draw(const Evaluation& all, Index kept, Index width, Resample numbers) {
  Drawn drawn;
  drawn.kept.reserve(all.kept.size());
  drawn.targets.reserve(all.targets.size());
  drawn.losses.reserve(all.item_losses.size());
  drawn.offsets = {0};
  for (const std::uint32_t b : numbers) {
    const Index first = all.offsets[b], last = all.offsets[b + 1];
    append(drawn.kept, all.kept, kept, first, last);
    append(drawn.targets, all.targets, width, first, last);
    append(drawn.losses, all.item_losses, 1, first, last);
    drawn.offsets.push_back(drawn.offsets.back() + last - first);
  }
  return drawn;
}

/// `found` is the bootstrap's, of the share of right answers.
Interval share_interval(const Interval& found, Index sequences) {
  return found.low == found.high && (found.low == 0 || found.low == 1) ? interval_at_end(found.low, sequences)
                                                                       : found;
}

Interval accuracy_interval(const Evaluation& evaluation) {
  return share_interval(mean_interval(evaluation.scores), std::ssize(evaluation.scores));
}

}  // namespace

double size_of(const Evaluation& evaluation) {
  return static_cast<double>(evaluation.kept.size() + evaluation.targets.size() + evaluation.losses.size());
}

std::vector<double> resampled_values(const Task& task, const Evaluation& evaluation, Resample numbers) {
  const Drawn drawn = draw(evaluation, task.kept(), task.target_width(), numbers);
  std::vector<double> values{mean_of(drawn.losses)};
  const std::vector<double> figures = task.metrics(drawn.outcomes()).values;
  values.insert(values.end(), figures.begin(), figures.end());
  return values;
}

int resamples_for(double size, int most) {
  constexpr double most_work = 6e7;  // numbers that all resamples hold together: about two seconds
  constexpr double fewest = 100;
  return static_cast<int>(std::clamp(most_work / std::max(size, 1.0), fewest, 1.0 * most));
}

MetricIntervals metric_intervals(const Task& task, const Evaluation& evaluation,
                                 const std::vector<MetricInfo>& metrics, int threads) {
  MetricIntervals result;
  result.resamples = resamples_for(size_of(evaluation), most_resamples);
  const auto figures = [&](Resample numbers, std::span<double> into) {
    std::ranges::copy(resampled_values(task, evaluation, numbers), into.begin());
  };
  result.values = bootstrap(std::ssize(evaluation.losses), evaluation.metrics.figures.values.size() + 1,
                            figures, {result.resamples, 42, threads});
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    Interval& one = result.values[m];
    if (metrics[m].name == task.score_name() && task.higher_score_is_better())
      one = share_interval(one, std::ssize(evaluation.losses));
    if (!one.is_known()) one = {none, none};
  }
  return result;
}

std::optional<Majority> majority_of(const Metrics& metrics) {
  const std::vector<ClassMetrics>& classes = metrics.figures.classes;
  if (metrics.figures.confusions.empty() || metrics.items != metrics.sequences) return std::nullopt;
  const auto most = std::max_element(classes.begin(), classes.end(),
                                     [](const auto& a, const auto& b) { return a.support < b.support; });
  if (most->support == metrics.items) return std::nullopt;
  return Majority{metrics.figures.labels[as_size(most - classes.begin())],
                  static_cast<double>(most->support) / static_cast<double>(metrics.items)};
}

std::string majority_note(const Evaluation& evaluation) {
  const std::optional<Majority> majority = majority_of(evaluation.metrics);
  if (!majority) return "";
  if (const std::string note = one_answer_note(evaluation.metrics); !note.empty()) return note;
  const std::string label = quote(majority->label);
  const bool is_better = accuracy_interval(evaluation).low > majority->share;
  return fmt::format("{} always answering {}, the most frequent label here, which is right in {:.4f}",
                     is_better ? "the model is better than" : "the model is not shown to be better than",
                     label, majority->share);
}

}  // namespace orochi
