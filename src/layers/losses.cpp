#include <algorithm>
#include <cmath>

#include <orochi/losses.hpp>

#include "layers/operation_error.hpp"

namespace orochi {
namespace {

/// A loss of one output and its derivative by the output.
struct LossPoint {
  double value, derivative;
};

void check_size(const char* operation, const char* what, std::size_t found, Index expected) {
  if (found != static_cast<std::size_t>(expected))
    throw operation_error(operation, std::to_string(expected) + " " + what, std::to_string(found));
}

/// The sum that the header gives, of loss(output, target, column).
template <class Loss>
Var elementwise_loss(const char* operation, Var outputs, std::span<const double> targets,
                     std::span<const float> weights, double normalizer, Loss loss) {
  const Index rows = outputs.rows(), k = outputs.cols(), size = rows * k;
  check_size(operation, "targets, one an output", targets.size(), size);
  if (!weights.empty()) check_size(operation, "weights, one a row", weights.size(), rows);
  Tape& tape = outputs.tape();
  const Measure measure(tape.observer(), "loss", Pass::forward, 0, 0);
  Var y = tape.result(1, 1);
  Scalar* derivatives = tape.allocate(size);  // [B, K], for the backward pass
  double total = 0;
  for (Index row = 0; row < rows; ++row) {
    const double weight = weights.empty() ? 1 : static_cast<double>(weights[static_cast<std::size_t>(row)]),
                 share = weight / static_cast<double>(k) / normalizer;
    for (Index column = 0, i = row * k; column < k; ++column, ++i) {
      const double target = targets[static_cast<std::size_t>(i)];
      LossPoint point{0, 0};
      if (!std::isnan(target)) point = loss(static_cast<double>(outputs.data()[i]), target, column);
      total += share * point.value;
      derivatives[i] = static_cast<Scalar>(share * point.derivative);
    }
  }
  y.value()(0, 0) = static_cast<Scalar>(total);
  y.pullback([=] {
    const Measure back(outputs.tape().observer(), "loss", Pass::backward, 0, 0);
    outputs.add_grad(y.grad()(0, 0) * ConstMatrixMap(derivatives, rows, k));
  });
  return y;
}

/// log(1 + e^z), for z of any size.
double softplus(double z) { return std::max(z, 0.0) + std::log1p(std::exp(-std::abs(z))); }
double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

}  // namespace

Var mean_squared_error(Var outputs, std::span<const double> targets, std::span<const float> weights,
                       double normalizer) {
  return elementwise_loss("mean_squared_error", outputs, targets, weights, normalizer,
                          [](double output, double target, Index) {
                            const double error = output - target;
                            return LossPoint{error * error, 2 * error};
                          });
}

Var huber(Var outputs, std::span<const double> targets, std::span<const float> weights, double delta,
          double normalizer) {
  if (!(delta > 0)) throw operation_error("huber", "delta above 0", std::to_string(delta));
  return elementwise_loss("huber", outputs, targets, weights, normalizer,
                          [delta](double output, double target, Index) {
                            const double error = output - target, size = std::abs(error);
                            if (size > delta)
                              return LossPoint{delta * (size - delta / 2), std::copysign(delta, error)};
                            return LossPoint{error * error / 2, error};  // also where it is NaN
                          });
}

Var binary_cross_entropy(Var logits, std::span<const double> targets,
                         std::span<const Scalar> positive_weights, std::span<const float> weights,
                         double normalizer) {
  const std::span<const Scalar> p = positive_weights;
  if (!p.empty())
    check_size("binary_cross_entropy", "positive weights, one a column", p.size(), logits.cols());
  return elementwise_loss(
      "binary_cross_entropy", logits, targets, weights, normalizer, [p](double z, double target, Index k) {
        const double positive =
                         target * (p.empty() ? 1 : static_cast<double>(p[static_cast<std::size_t>(k)])),
                     negative = 1 - target;
        return LossPoint{positive * softplus(-z) + negative * softplus(z),
                         negative * sigmoid(z) - positive * sigmoid(-z)};
      });
}

}  // namespace orochi
