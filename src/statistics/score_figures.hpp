// What probabilities are worth: figures of scores [M, K], as scikit-learn defines them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

struct NamedFigure {
  std::string name;   // in JSON
  std::string title;  // for people
  double value = 0;   // NaN where there is none
};

/// Answers of one confidence after another: how sure they were, and how often right.
struct ConfidenceBin {
  Index count = 0;
  double confidence = 0, accuracy = 0;  // means; 0 where there is none
};

/// Bins of equal width: (0, 1 / bins], (1 / bins, 2 / bins], ...
std::vector<ConfidenceBin> confidence_bins(std::span<const double> confidence, std::span<const double> right,
                                           std::size_t bins = 15);
/// The expected calibration error (Guo et al. 2017): the mean over answers of the distance between their
/// bin's confidence and accuracy.
double calibration_error(std::span<const ConfidenceBin> bins);

/// Probabilities of K classes and the class of each of M items.
struct ClassScores {
  std::span<const double> scores;       // [M, K]; empty where they are not known
  std::span<const double> labels;       // [M]
  std::span<const double> predictions;  // [M]
  Index classes = 0;                    // K
  /// The largest of each item. [M]
  std::vector<double> confidence() const;
  /// 1 for a right answer, 0 for a wrong one. [M]
  std::vector<double> right() const;
};

/// What is left of the answers where those below a probability are not given.
struct SureAnswers {
  Index count = 0;
  double coverage = 0;  // share of all
  double accuracy = 0;  // of those that are given; NaN where there are none
};
SureAnswers sure_answers(const ClassScores& of, double least);

/// Cohen's kappa and balanced accuracy, and of the scores AUROC and average precision (one class against the
/// others, mean over the classes that occur), top-3 accuracy of more than 5 classes, Brier's score (mean over
/// items of the sum over classes of (p - y)^2), calibration error and mean confidence.
std::vector<NamedFigure> class_figures_of(const ClassScores& of);

/// Where an item has any number of labels, targets [M, K] of 0 and 1: average precision, mean over labels
/// that occur, and Brier's score, mean over items and labels of (p - y)^2.
std::vector<NamedFigure> label_figures_of(std::span<const double> scores, std::span<const double> targets,
                                          Index labels);

}  // namespace orochi
