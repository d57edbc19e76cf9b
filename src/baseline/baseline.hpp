// What simple models reach on the data of a run.
#pragma once

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <orochi/dataset.hpp>
#include <orochi/task.hpp>

#include "data/whole_data.hpp"

namespace orochi {

struct BaselineRequest {
  const LoadedData& data;  // with whole training sequences
  const SplitTexts& texts;
  const Task& task;                    // has learned from the data
  std::vector<MetricInfo> metrics;     // of the task, in the order of its figures
  std::size_t chosen_by = 0;           // the metric that chooses settings
  std::vector<std::string> only = {};  // names; empty: all
  std::uint64_t seed = 0;
  int threads = 1;
  std::function<void(const std::string&)> note = {};  // for the user
};

struct Baseline {
  std::string name, title;                // "linear_svm", "linear SVM"
  std::string settings;                   // "words and characters, C = 1"; empty where none are chosen
  double cross_validated = std::nan("");  // the figure that chose them
  Figures validation, test;               // empty without such data
  std::vector<double> validation_kept, test_kept;  // [M, kept]: as of a model's outputs
  double seconds = 0;
};

/// Settings are chosen by three-fold cross-validation on training data alone, of which a share stands for
/// all where there are very many; then each model is fitted to the training split. Weights of records and of
/// classes count for nothing. The same bits on any number of threads, but for `seconds`. Throws a usage_error
/// for a task without baselines and an unknown name, and a failure in a program that was built without
/// liblinear.
std::vector<Baseline> fit_baselines(const BaselineRequest& request);

/// About how many numbers all baselines go through, times models; a core does 3 million in a second. None
/// where the task has no baselines.
std::optional<double> baseline_work(const BaselineRequest& request);

/// Whether the program was built with liblinear.
bool has_baselines();
/// Its name and version; empty where the program was built without it.
std::string liblinear_text();

}  // namespace orochi
