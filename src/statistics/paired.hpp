// Whether two models that answered the same questions differ.
#pragma once

#include <span>

#include <orochi/batch.hpp>

#include "statistics/bootstrap.hpp"

namespace orochi {

/// Mean and standard deviation, with n - 1; NaN where it takes more values.
struct Spread {
  double mean = 0, std = 0;
};
Spread spread_of(std::span<const double> values);
/// Of their mean; 0 of fewer than two.
double standard_error(std::span<const double> values);

/// The q-quantile of Student's t with so many degrees of freedom, for q from 0.5 on: by bisection of the
/// closed form of its distribution (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4).
double student_quantile(double q, Index degrees);

/// 95 % interval of the mean of the differences d_1 .. d_k of k folds, the corrected resampled t (Nadeau &
/// Bengio 2003): mean +- t(0.975, k - 1) sqrt((1 / k + n_test / n_train) s^2), s^2 their variance. The second
/// summand is for training sets that overlap, without which differences are found far too often. k folds hold
/// out n_test / n_train = 1 / (k - 1).
Interval corrected_interval(std::span<const double> differences, double test_to_train);

/// McNemar's exact test (McNemar 1947): the probability that of `first` + `second` answers that one of two
/// models alone has right the smaller count is so small or smaller, if both were equally good; two-sided.
double mcnemar(Index first, Index second);

}  // namespace orochi
