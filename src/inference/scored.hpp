// An evaluation with the probabilities of its answers, and what can be said of these.
#pragma once

#include <string>
#include <vector>

#include <orochi/inference.hpp>

#include "statistics/score_figures.hpp"

namespace orochi {

struct Scored : Evaluation {
  std::vector<double> probabilities;  // [M, K]; empty where there are none, or too many
  std::vector<double> predictions;    // [M]: class ids, where each item has one
  std::string note;                   // about probabilities that would not fit
};
Scored evaluate_scored(Inference& inference, const Task& task, const Sequences& data);

/// Whether each sequence has one label.
bool has_one_label_each(const Metrics& metrics);
/// Where that is so. What it shows must live as long.
ClassScores class_scores(const Scored& found);

/// Besides the task's metrics; empty where answers are no labels.
std::vector<NamedFigure> further_figures(const Task& task, const Scored& found);

}  // namespace orochi
