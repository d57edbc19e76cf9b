#pragma once

#include <array>
#include <span>

#include <orochi/task.hpp>

namespace orochi {

/// What of an encoder's outputs [B, K] and of a linear model's [B, K] answers targets [B, W] best: by the
/// least sum of losses, held near 1 and 1 as two answers or so would hold it. Powers of the root of 2, up to
/// 16 and down to 1 / 16.
std::array<Scalar, 2> best_shares(const Task& task, std::span<const Scalar> encoder,
                                  std::span<const Scalar> linear, std::span<const double> targets);

}  // namespace orochi
