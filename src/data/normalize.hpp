// Per-channel mean and deviation, from the training set alone.
#pragma once

#include <span>

#include <orochi/dataset.hpp>

namespace orochi {

/// Sets channels, mean and deviation (population, sqrt(sum (x - mean)^2 / N)) by the rows of `train`. A
/// channel that never changes gets deviation 1; with `enabled` false every channel gets mean 0 and
/// deviation 1.
void fit_normalization(const Sequences& train, bool enabled, Preprocessing& preprocessing);

/// values [N, channels] become (value - mean) / deviation; mean and deviation are [channels].
void normalize(std::span<float> values, std::span<const float> mean, std::span<const float> deviation);

}  // namespace orochi
