// Losses: each [B, K] -> [1, 1], a sum over rows, so that the losses of parts of a batch add up.
// What they are given besides the outputs need not live longer than the call.
#pragma once

#include <cstdint>
#include <span>

#include <orochi/tape.hpp>

#pragma GCC visibility push(default)
namespace orochi {

/// Cross entropy with PyTorch's meaning of class weights and label smoothing: logits [B, K] -> [1, 1].
/// `weights` [K] by class or empty; the sum over sequences, each times its `row_weights` [B] if there are
/// any, is divided by `normalizer` (PyTorch: the labels' weights).
struct LossOptions {
  double label_smoothing = 0;
  std::span<const Scalar> weights;
  double normalizer = 1;
  std::span<const float> row_weights = {};
};
Var cross_entropy(Var logits, std::span<const std::int32_t> labels, const LossOptions& options);

/// Of numbers, all three: `targets` [B * K], row by row, as a batch has them; where one is NaN (not given),
/// there is no loss and no gradient. `weights` [B] or empty: all are 1. The result is
///   sum over rows b of weights[b] * (sum over columns k of loss(outputs[b, k], targets[b, k])) / K
/// over `normalizer`. Elements and sums count in double.

/// loss(o, t) = (o - t)^2.
Var mean_squared_error(Var outputs, std::span<const double> targets, std::span<const float> weights,
                       double normalizer);

/// With e = |o - t|: loss(o, t) = e^2 / 2 up to e = delta, delta (e - delta / 2) beyond (Huber 1964).
Var huber(Var outputs, std::span<const double> targets, std::span<const float> weights, double delta,
          double normalizer);

/// Of logits, with targets in [0, 1]: loss(z, t) = -p[k] t log sigmoid(z) - (1 - t) log(1 - sigmoid(z)), for
/// logits of any size. `positive_weights` p [K] or empty: all are 1.
Var binary_cross_entropy(Var logits, std::span<const double> targets,
                         std::span<const Scalar> positive_weights, std::span<const float> weights,
                         double normalizer);

}  // namespace orochi
#pragma GCC visibility pop
