#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <orochi/error.hpp>
#include <orochi/metrics.hpp>

#include "core/as_size.hpp"
#include "data/file_errors.hpp"

namespace orochi {

std::vector<Index> Metrics::confusion_row(Index label) const {
  std::vector<Index> row(figures.classes.size());  // [K]
  for (const Confusion& cell : figures.confusions)
    if (cell.label == label) row[as_size(cell.prediction)] = cell.count;
  return row;
}

std::string one_answer_note(const Metrics& metrics) {
  const std::vector<Confusion>& cells = metrics.figures.confusions;
  if (cells.size() < 2) return "";
  Index right = 0;
  for (const Confusion& cell : cells) {
    if (cell.prediction != cells.front().prediction) return "";
    if (cell.label == cell.prediction) right = cell.count;
  }
  return fmt::format(
      "the model gives one answer to everything, {}, which {:.4f} of {} have: it tells nothing apart",
      quote(metrics.figures.labels[as_size(cells.front().prediction)]),
      static_cast<double>(right) / static_cast<double>(metrics.items),
      counted(metrics.items, metrics.items == metrics.sequences ? "sequence" : "row"));
}

std::vector<MetricInfo> all_metrics(const TaskEntry& entry) {
  if (entry.metrics.empty())
    throw failure("[task] expected one metric or more where \"" + entry.name +
                  "\" is registered, found none");
  std::vector<MetricInfo> all{{"loss", "loss", false}};
  all.insert(all.end(), entry.metrics.begin(), entry.metrics.end());
  return all;
}

std::vector<double> values_of(const Metrics& metrics, const std::vector<MetricInfo>& all) {
  if (metrics.figures.values.size() + 1 != all.size())
    throw failure(fmt::format("[task] expected {} metrics, as it was registered with, found {}",
                              all.size() - 1, metrics.figures.values.size()));
  if (metrics.figures.classes.size() != metrics.figures.labels.size())
    throw failure(fmt::format("[task] expected figures of {} classes, one a label, found {}",
                              metrics.figures.labels.size(), metrics.figures.classes.size()));
  std::vector<double> values{metrics.loss};
  values.insert(values.end(), metrics.figures.values.begin(), metrics.figures.values.end());
  return values;
}

std::size_t monitored_metric(const std::vector<MetricInfo>& metrics, const std::string& monitor) {
  if (monitor.empty()) return std::min<std::size_t>(1, metrics.size() - 1);
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const MetricInfo& metric) { return metric.name == monitor; });
  if (found != metrics.end()) return static_cast<std::size_t>(found - metrics.begin());
  std::vector<std::string> names;
  for (const MetricInfo& metric : metrics) names.push_back(metric.name);
  throw usage_error(
      fmt::format("train.monitor is \"{}\"; allowed with this task: {}", monitor, fmt::join(names, " | ")));
}

bool improves(const MetricInfo& metric, double value, double best) {
  if (std::isnan(best)) return !std::isnan(value);
  return metric.higher_is_better ? value > best : value < best;
}

}  // namespace orochi
