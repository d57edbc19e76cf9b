#include "statistics/score_figures.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/as_size.hpp"
#include "statistics/bootstrap.hpp"
#include "statistics/ranks.hpp"

namespace orochi {
namespace {

/// Mean of what is a number.
double known_mean(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  return mean_of(values);
}

/// How often each class is in `ids`. [K]
std::vector<double> counts(std::span<const double> ids, Index classes) {
  std::vector<double> result(as_size(classes));
  for (const double id : ids) ++result[static_cast<std::size_t>(id)];
  return result;
}

/// (accuracy - that of chance) / (1 - that of chance) (Cohen 1960).
double kappa(const ClassScores& of) {
  const std::vector<double> labels = counts(of.labels, of.classes),
                            found = counts(of.predictions, of.classes);
  const auto items = static_cast<double>(of.labels.size());
  const double chance =
      std::inner_product(labels.begin(), labels.end(), found.begin(), 0.0) / (items * items);
  return (mean_of(of.right()) - chance) / (1 - chance);
}

/// Mean recall of the classes that occur.
double balanced_accuracy(const ClassScores& of) {
  const std::vector<double> labels = counts(of.labels, of.classes), right = of.right();
  double sum = 0;
  for (std::size_t i = 0; i < right.size(); ++i)
    sum += right[i] / labels[static_cast<std::size_t>(of.labels[i])];
  return sum / static_cast<double>(labels.size() - as_size(std::count(labels.begin(), labels.end(), 0.0)));
}

/// The share of items whose label is among the `n` highest scores; of equal ones the later is higher.
double top_accuracy(const ClassScores& of, Index n) {
  const auto k = as_size(of.classes);
  double hits = 0;
  for (std::size_t i = 0; i < of.labels.size(); ++i) {
    const std::span<const double> row = of.scores.subspan(i * k, k);
    const auto label = static_cast<std::size_t>(of.labels[i]);
    Index above = 0;
    for (std::size_t c = 0; c < k; ++c) above += row[c] > row[label] || (c > label && row[c] == row[label]);
    hits += above < n;
  }
  return hits / static_cast<double>(of.labels.size());
}

double brier(const ClassScores& of) {
  double sum = std::inner_product(of.scores.begin(), of.scores.end(), of.scores.begin(), 0.0);
  for (std::size_t i = 0; i < of.labels.size(); ++i)
    sum += 1 - 2 * of.scores[i * as_size(of.classes) + static_cast<std::size_t>(of.labels[i])];
  return sum / static_cast<double>(of.labels.size());
}

/// Column k of [M, K].
std::vector<double> column(std::span<const double> rows, Index width, Index k) {
  std::vector<double> values;
  for (std::size_t at = as_size(k); at < rows.size(); at += as_size(width)) values.push_back(rows[at]);
  return values;
}

}  // namespace

std::vector<ConfidenceBin> confidence_bins(std::span<const double> confidence, std::span<const double> right,
                                           std::size_t bins) {
  std::vector<ConfidenceBin> result(bins);
  for (std::size_t i = 0; i < confidence.size(); ++i) {
    const double at = std::ceil(confidence[i] * static_cast<double>(bins)) - 1;
    ConfidenceBin& bin = result[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(bins - 1)))];
    bin.count += 1, bin.confidence += confidence[i], bin.accuracy += right[i];
  }
  for (ConfidenceBin& bin : result)
    if (bin.count > 0)
      bin.confidence /= static_cast<double>(bin.count), bin.accuracy /= static_cast<double>(bin.count);
  return result;
}

double calibration_error(std::span<const ConfidenceBin> bins) {
  double sum = 0, items = 0;
  for (const ConfidenceBin& bin : bins) {
    sum += static_cast<double>(bin.count) * std::abs(bin.confidence - bin.accuracy);
    items += static_cast<double>(bin.count);
  }
  return sum / items;
}

std::vector<double> ClassScores::confidence() const {
  std::vector<double> result;
  for (auto row = scores.begin(); row != scores.end(); row += classes)
    result.push_back(*std::max_element(row, row + classes));
  return result;
}

std::vector<double> ClassScores::right() const {
  std::vector<double> result(labels.size());
  std::transform(labels.begin(), labels.end(), predictions.begin(), result.begin(), std::equal_to<>());
  return result;
}

SureAnswers sure_answers(const ClassScores& of, double least) {
  const std::vector<double> confidence = of.confidence(), right = of.right();
  SureAnswers result;
  for (std::size_t i = 0; i < confidence.size(); ++i)
    if (confidence[i] >= least) result.count += 1, result.accuracy += right[i];
  result.coverage = static_cast<double>(result.count) / static_cast<double>(confidence.size());
  result.accuracy /= static_cast<double>(result.count);
  return result;
}

std::vector<NamedFigure> class_figures_of(const ClassScores& of) {
  const std::vector<NamedFigure> agreement{{"kappa", "kappa", kappa(of)},
                                           {"balanced_accuracy", "balanced accuracy", balanced_accuracy(of)}};
  if (of.scores.empty()) return agreement;
  std::vector<double> areas, precisions;  // [K]
  for (Index k = 0; k < of.classes; ++k) {
    std::vector<double> positive;  // [M]
    for (const double label : of.labels) positive.push_back(label == static_cast<double>(k));
    const RankingFigures of_class = ranking_figures(column(of.scores, of.classes, k), positive);
    areas.push_back(of_class.area_under_roc), precisions.push_back(of_class.average_precision);
  }
  std::vector<NamedFigure> figures{{"auroc", "AUROC", known_mean(std::move(areas))},
                                   {"average_precision", "PR-AUC", known_mean(std::move(precisions))}};
  if (of.classes > 5) figures.push_back({"top_3_accuracy", "top 3", top_accuracy(of, 3)});
  figures.insert(figures.end(), agreement.begin(), agreement.end());
  const std::vector<double> confidence = of.confidence();
  figures.push_back({"brier", "Brier", brier(of)});
  figures.push_back({"ece", "ECE", calibration_error(confidence_bins(confidence, of.right()))});
  figures.push_back({"confidence", "confidence", mean_of(confidence)});
  return figures;
}

std::vector<NamedFigure> label_figures_of(std::span<const double> scores, std::span<const double> targets,
                                          Index labels) {
  std::vector<double> precisions;  // [K]
  for (Index k = 0; k < labels; ++k)
    precisions.push_back(
        ranking_figures(column(scores, labels, k), column(targets, labels, k)).average_precision);
  double squares = 0;
  for (std::size_t i = 0; i < scores.size(); ++i)
    squares += (scores[i] - targets[i]) * (scores[i] - targets[i]);
  return {{"average_precision", "PR-AUC", known_mean(std::move(precisions))},
          {"brier", "Brier", squares / static_cast<double>(scores.size())}};
}

}  // namespace orochi
