// Figures of a data set: the loss, then what the task measures.
#pragma once

#include <orochi/task.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Means over a data set.
struct Metrics {
  Index sequences = 0, items = 0;
  double loss = 0;   // mean over items, without weights and smoothing
  double score = 0;  // mean over items of Task::score
  Figures figures;   // of the task
  /// A row of the confusion matrix, [K].
  std::vector<Index> confusion_row(Index label) const;
};

/// Names the one answer that a model gave to everything, with the share of items for which it is right, where
/// there was more than one label to tell apart; empty otherwise.
std::string one_answer_note(const Metrics& metrics);

/// The loss, then the entry's metrics: what train.monitor may name, in the order of `values_of`.
std::vector<MetricInfo> all_metrics(const TaskEntry& entry);
/// The loss, then the task's figures, one for each of `all`; a failure where the task gives another number.
std::vector<double> values_of(const Metrics& metrics, const std::vector<MetricInfo>& all);

/// What train.monitor names: its index in `all_metrics`. Throws a usage_error for another name.
std::size_t monitored_metric(const std::vector<MetricInfo>& metrics, const std::string& monitor);
/// Whether `value` is better than `best`.
bool improves(const MetricInfo& metric, double value, double best);

}  // namespace orochi
#pragma GCC visibility pop
