#include "train/metrics.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "core/as_size.hpp"

namespace orochi {
namespace {

double ratio(Index numerator, Index denominator) {
  return denominator == 0 ? 0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

std::vector<Confusion> count_confusions(std::span<const std::int32_t> labels,
                                        std::span<const std::int32_t> predictions) {
  std::map<std::pair<Index, Index>, Index> counts;
  for (std::size_t b = 0; b < labels.size(); ++b) ++counts[{labels[b], predictions[b]}];
  std::vector<Confusion> confusions;
  confusions.reserve(counts.size());
  for (const auto& [cell, count] : counts) confusions.push_back({cell.first, cell.second, count});
  return confusions;
}

}  // namespace

std::vector<Index> Metrics::confusion_row(Index label) const {
  std::vector<Index> row(classes.size());  // [K]
  for (const Confusion& cell : confusions)
    if (cell.label == label) row[as_size(cell.prediction)] = cell.count;
  return row;
}

Metrics compute_metrics(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions,
                        Index num_classes, double loss) {
  Metrics m;
  m.loss = loss;
  m.count = static_cast<Index>(labels.size());
  m.classes.resize(as_size(num_classes));
  m.confusions = count_confusions(labels, predictions);
  std::vector<Index> support(m.classes.size()), predicted(m.classes.size()), hits(m.classes.size());  // [K]
  for (const Confusion& cell : m.confusions) {
    support[as_size(cell.label)] += cell.count;
    predicted[as_size(cell.prediction)] += cell.count;
    if (cell.label == cell.prediction) hits[as_size(cell.label)] = cell.count;
  }
  Index correct = 0, occurring = 0;
  for (std::size_t k = 0; k < m.classes.size(); ++k) {
    const Index both = predicted[k] + support[k];
    m.classes[k] = {ratio(hits[k], predicted[k]), ratio(hits[k], support[k]), ratio(2 * hits[k], both),
                    support[k]};
    correct += hits[k];
    occurring += both > 0;
    m.macro_f1 += m.classes[k].f1;
    m.weighted_f1 += m.classes[k].f1 * static_cast<double>(support[k]);
  }
  m.accuracy = ratio(correct, m.count);
  if (occurring > 0) m.macro_f1 /= static_cast<double>(occurring);
  if (m.count > 0) m.weighted_f1 /= static_cast<double>(m.count);
  return m;
}

double monitored(const Metrics& metrics, const std::string& monitor) {
  if (monitor == "loss") return metrics.loss;
  if (monitor == "macro_f1") return metrics.macro_f1;
  if (monitor == "weighted_f1") return metrics.weighted_f1;
  return metrics.accuracy;
}

bool improves(const std::string& monitor, double value, double best) {
  if (std::isnan(best)) return !std::isnan(value);
  return monitor == "loss" ? value < best : value > best;
}

}  // namespace orochi
