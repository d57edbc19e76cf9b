// One step of an optimizer for one weight: w, with the gradient g, the moments m and v, and the step t = 1,
// 2, ...
#pragma once

#include <cmath>

namespace orochi::reference {

struct Weight {
  double w, m = 0, v = 0;
};

struct AdamSettings {
  double learning_rate, beta1, beta2, epsilon, weight_decay;
  bool decoupled;  // AdamW (Loshchilov & Hutter 2019); else Adam (Kingma & Ba 2015), whose decay is part of g
};

inline void adam(Weight& p, double g, const AdamSettings& s, int t) {
  if (s.decoupled)
    p.w -= s.learning_rate * s.weight_decay * p.w;
  else
    g += s.weight_decay * p.w;
  p.m = s.beta1 * p.m + (1 - s.beta1) * g;
  p.v = s.beta2 * p.v + (1 - s.beta2) * g * g;
  const double mhat = p.m / (1 - std::pow(s.beta1, t)), vhat = p.v / (1 - std::pow(s.beta2, t));
  p.w -= s.learning_rate * mhat / (std::sqrt(vhat) + s.epsilon);
}

/// Gradient descent with momentum (Polyak 1964, as PyTorch has it): v is the velocity.
inline void sgd(Weight& p, double g, double learning_rate, double momentum, double weight_decay) {
  p.v = momentum * p.v + g + weight_decay * p.w;
  p.w -= learning_rate * p.v;
}

}  // namespace orochi::reference
