// Temperature scaling (Guo et al. 2017): one number that makes probabilities as right as they claim to be.
#pragma once

#include <span>

#include <orochi/batch.hpp>

namespace orochi {

/// The T from 0.1 to 10 of the lowest mean cross entropy of softmax(logits / T): logits [M, K], labels [M]. 1
/// where there are none.
double fit_temperature(std::span<const double> logits, std::span<const double> labels, Index classes);

}  // namespace orochi
