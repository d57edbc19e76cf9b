#include "train/optimizer.hpp"

#include <cmath>

#include "core/kernels/kernels.hpp"

namespace orochi {

Optimizer::Optimizer(const TrainConfig& config, Parameters& parameters)
    : config_(config), parameters_(parameters) {
  const std::vector<std::string> paths =
      config.optimizer == "sgd"
          ? std::vector<std::string>{"optimizer/momentum"}
          : std::vector<std::string>{"optimizer/first_moment", "optimizer/second_moment"};
  for (const std::string& path : paths)
    moments_.push_back({path, std::vector<Scalar>(static_cast<std::size_t>(parameters.size()))});
}

void Optimizer::begin(std::uint64_t updates, double learning_rate, double grad_scale) {
  updates_ = updates;
  learning_rate_ = learning_rate;
  grad_scale_ = grad_scale;
}

void Optimizer::update(const ParameterRange& range, const Scalar* gradient) {
  const Parameters::Entry& entry = parameters_.entries()[static_cast<std::size_t>(range.id)];
  const Index at = entry.offset + range.begin, n = range.end - range.begin;
  const auto scalar = [](double value) { return static_cast<Scalar>(value); };
  const double decay = entry.decay == Decay::yes ? config_.weight_decay : 0;
  Scalar* w = parameters_.data() + at;
  Scalar* first = moments_[0].values.data() + at;
  if (config_.optimizer == "sgd") {
    kernels::sgd_update(n, scalar(learning_rate_), scalar(config_.momentum), scalar(decay),
                        scalar(grad_scale_), gradient, w, first);
    return;
  }
  const bool decoupled = config_.optimizer == "adamw";
  const double t = static_cast<double>(updates_ + 1);
  const kernels::AdamStep adam{
      .grad_scale = scalar(grad_scale_),
      .decay = scalar(decoupled ? 0 : decay),
      .shrink = scalar(decoupled ? 1 - learning_rate_ * decay : 1),
      .beta1 = scalar(config_.beta1),
      .beta2 = scalar(config_.beta2),
      .share1 = scalar(1 - config_.beta1),
      .share2 = scalar(1 - config_.beta2),
      .rate = scalar(learning_rate_ / (1 - std::pow(config_.beta1, t))),
      .root = scalar(1 / std::sqrt(1 - std::pow(config_.beta2, t))),
      .epsilon = scalar(config_.epsilon),
  };
  kernels::adam_update(n, adam, gradient, w, first, moments_[1].values.data() + at);
}

}  // namespace orochi
