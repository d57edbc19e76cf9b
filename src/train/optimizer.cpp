#include "train/optimizer.hpp"

#include <cmath>

#include "core/kernels/kernels.hpp"

namespace orochi {

Optimizer::Optimizer(const TrainConfig& config, Parameters& parameters)
    : config_(config), parameters_(parameters) {
  const std::vector<Scalar> zeros(static_cast<std::size_t>(parameters.size()));
  if (config.optimizer == "sgd") {
    moments_ = {{"optimizer/momentum", zeros}};
  } else {
    moments_ = {{"optimizer/first_moment", zeros}, {"optimizer/second_moment", zeros}};
  }
}

void Optimizer::begin(std::uint64_t step, double learning_rate, double grad_scale) {
  step_ = step;
  learning_rate_ = learning_rate;
  grad_scale_ = grad_scale;
}

void Optimizer::update(const ParameterRange& range, const Scalar* gradient) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(range.id)];
  const Index at = entry.offset + range.begin, n = range.end - range.begin;
  const bool decays = entry.decay == Decay::yes;
  const auto scalar = [](double value) { return static_cast<Scalar>(value); };
  const Scalar decay = scalar(decays ? config_.weight_decay : 0);
  Scalar* w = parameters_.data() + at;
  Scalar* first = moments_[0].values.data() + at;
  if (config_.optimizer == "sgd") {
    kernels::sgd_update(n, scalar(learning_rate_), scalar(config_.momentum), decay, scalar(grad_scale_),
                        gradient, w, first);
    return;
  }
  const double t = static_cast<double>(step_ + 1);
  const kernels::AdamStep adam{scalar(learning_rate_),
                               scalar(config_.beta1),
                               scalar(config_.beta2),
                               scalar(config_.epsilon),
                               decay,
                               scalar(1 - std::pow(config_.beta1, t)),
                               scalar(1 - std::pow(config_.beta2, t)),
                               scalar(grad_scale_),
                               config_.optimizer == "adamw"};
  kernels::adam_update(n, adam, gradient, w, first, moments_[1].values.data() + at);
}

}  // namespace orochi
