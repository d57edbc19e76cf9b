// Ranks with ties, and what rests on them.
#pragma once

#include <span>
#include <vector>

namespace orochi {

/// From 1; equal values share the mean of their ranks.
std::vector<double> ranks_of(std::span<const double> values);
/// Pearson's correlation of ranks (Spearman 1904); NaN where all values of one side are equal.
double spearman(std::span<const double> a, std::span<const double> b);
/// The probability that a positive item scores higher than a negative one, ties half (Mann & Whitney 1947);
/// `positive` holds 0 and 1; NaN where there are none of either.
double area_under_roc(std::span<const double> scores, std::span<const double> positive);

/// Both areas that rest on the order of scores.
struct RankingFigures {
  double area_under_roc = 0;
  /// Sum over thresholds of (rise of recall) x precision, as scikit-learn; NaN where nothing is positive.
  double average_precision = 0;
};
RankingFigures ranking_figures(std::span<const double> scores, std::span<const double> positive);

}  // namespace orochi
