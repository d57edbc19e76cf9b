// Curves of what a threshold on probabilities brings, for drawing.
#pragma once

#include <vector>

#include "statistics/score_figures.hpp"

namespace orochi {

constexpr std::size_t curve_points = 101;  // at 0, 0.01, ..., 1

/// Of one class against the others, means over the classes that occur and are not all: the share of the class
/// that is found (recall) at each share of the others that is taken for it, ...
std::vector<double> roc_curve(const ClassScores& of);
/// ... and the precision at each recall.
std::vector<double> precision_recall_curve(const ClassScores& of);
/// The share of wrong answers among the surest ones, at each share of the answers that are given; at 0 of the
/// surest alone.
std::vector<double> risk_coverage_curve(const ClassScores& of);

}  // namespace orochi
