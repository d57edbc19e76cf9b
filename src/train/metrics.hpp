// Classification metrics, as scikit-learn defines them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <orochi/batch.hpp>

namespace orochi {

/// Of one class; 0 where a denominator is 0.
struct ClassMetrics {
  double precision = 0, recall = 0, f1 = 0;
  Index support = 0;  // sequences that have this label
};

/// How many sequences of this label have this prediction.
struct Confusion {
  Index label = 0, prediction = 0, count = 0;
};

struct Metrics {
  double loss = 0;  // mean cross entropy, no smoothing, no class weights
  double accuracy = 0;
  double macro_f1 = 0;     // mean over the classes that occur in labels or predictions
  double weighted_f1 = 0;  // weighted by support
  Index count = 0;
  std::vector<ClassMetrics> classes;  // [K]
  // The cells of the confusion matrix that are not 0, by label, then by prediction: of 10,000 classes the
  // whole matrix would take 800 MB.
  std::vector<Confusion> confusions;

  /// A row of the matrix, [K].
  std::vector<Index> confusion_row(Index label) const;
};

Metrics compute_metrics(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions,
                        Index num_classes, double loss);

/// "accuracy" | "macro_f1" | "weighted_f1" | "loss".
double monitored(const Metrics& metrics, const std::string& monitor);
/// Whether `value` is better than `best`: higher, or lower for "loss".
bool improves(const std::string& monitor, double value, double best);

}  // namespace orochi
