#include "train/metrics.hpp"

#include <cmath>
#include <string>

namespace orochi {
namespace {

double ratio(Index numerator, Index denominator) {
  return denominator == 0 ? 0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

}  // namespace

Metrics compute_metrics(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions,
                        Index num_classes, double loss) {
  Metrics m;
  m.loss = loss;
  m.count = static_cast<Index>(labels.size());
  m.classes.resize(static_cast<std::size_t>(num_classes));
  m.confusion.resize(static_cast<std::size_t>(num_classes * num_classes));
  for (std::size_t b = 0; b < labels.size(); ++b)
    ++m.confusion[static_cast<std::size_t>(labels[b] * num_classes + predictions[b])];

  Index correct = 0, occurring = 0;
  for (Index k = 0; k < num_classes; ++k) {
    Index predicted = 0, support = 0;
    for (Index j = 0; j < num_classes; ++j) {
      support += m.confusion[static_cast<std::size_t>(k * num_classes + j)];
      predicted += m.confusion[static_cast<std::size_t>(j * num_classes + k)];
    }
    const Index hits = m.confusion[static_cast<std::size_t>(k * num_classes + k)];
    m.classes[static_cast<std::size_t>(k)] = {ratio(hits, predicted), ratio(hits, support),
                                              ratio(2 * hits, predicted + support), support};
    correct += hits;
    occurring += predicted + support > 0;
    m.macro_f1 += ratio(2 * hits, predicted + support);
    m.weighted_f1 += ratio(2 * hits, predicted + support) * static_cast<double>(support);
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
