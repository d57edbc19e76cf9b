// Functions of one number, each with its derivative.
#pragma once

#include <cmath>
#include <numbers>

namespace orochi::reference {

struct Point {
  double value, derivative;
};

/// 1 / (1 + exp(-x)); s (1 - s)
inline Point sigmoid(double x) {
  const double s = 1 / (1 + std::exp(-x));
  return {s, s / (1 + std::exp(x))};
}

inline Point exp(double x) { return {std::exp(x), std::exp(x)}; }

inline Point tanh(double x) {
  const double t = std::tanh(x);
  return {t, (1 - t) * (1 + t)};
}

/// x above 0, e^x - 1 below (Clevert et al. 2016)
inline Point elu(double x) { return x > 0 ? Point{x, 1} : Point{std::expm1(x), std::exp(x)}; }

/// Phi(x), the normal distribution, and its density.
inline Point normal(double x) {
  return {0.5 * std::erfc(-x / std::numbers::sqrt2), std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi)};
}

/// max(x, 0); at 0 the derivative is 0.
inline Point relu(double x) { return {x > 0 ? x : 0, x > 0 ? 1.0 : 0.0}; }

/// x Phi(x) (Hendrycks & Gimpel 2016)
inline Point gelu(double x) {
  const Point phi = normal(x);
  return {x * phi.value, phi.value + x * phi.derivative};
}

/// Its approximation x / 2 (1 + tanh u), u = sqrt(2 / pi) (x + 0.044715 x^3)
inline Point gelu_tanh(double x) {
  const double root = std::sqrt(2 / std::numbers::pi), t = std::tanh(root * (x + 0.044715 * x * x * x));
  return {x / 2 * (1 + t), (1 + t) / 2 + x / 2 * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x)};
}

/// x sigmoid(x) (Elfwing et al. 2018)
inline Point silu(double x) {
  const Point s = sigmoid(x);
  return {x * s.value, s.value + x * s.derivative};
}

}  // namespace orochi::reference
